// SPDX-License-Identifier: Apache-2.0
// audit/fixture_test.h - a log in a directory that goes with the test.
#pragma once

#include "audit/store.h"
#include "seal/envelope.h"
#include "seal/fixture_test.h"
#include "text/base64.h"

namespace audit::testing {

struct Scene {
    seal::testing::Directory directory;
    seal::testing::Pair auditors = seal::testing::new_pair(directory, "auditors");
    Places places{directory.file("audit"), directory.file("anchor/audit")};

    Scene()
    {
        create_log(places, directory.read("auditors.crt"), "auditors.crt", "gero", "root");
    }

    [[nodiscard]] Files files() const { return read_files(places); }
    void put(const Files& files) const
    {
        (void)directory.write("audit/log", files.log);
        (void)directory.write("audit/grants", files.grants);
        (void)directory.write("anchor/audit", files.anchor);
    }
    [[nodiscard]] std::string person(const Record& record) const
    {
        const auto box = text::from_base64(record.get("person"));
        std::string name =
            seal::open(box.value_or(""), auditors.certificate, auditors.key).value_or("?");
        return name.substr(0, name.find(' '));
    }
};

inline Entry create_measure(const std::string& reference)
{
    return {.act = "measure-create",
            .outcome = "intended",
            .reference = reference,
            .identity = "Anna Müller@example.org",
            .begin = "2026-11-22T00:00:00+01:00",
            .end = "2027-02-21T00:00:00+01:00",
            .destination = "192.0.2.1:21",
            .detail = "100% \"quoted\"\n",
            .test = false,
            .needs = Role::operate};
}

} // namespace audit::testing
