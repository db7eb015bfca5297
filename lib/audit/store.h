// SPDX-License-Identifier: Apache-2.0
// audit/store.h - writes the audit log: what is noted is on the disk, chained and anchored.
//
// Any number of programs may have one for the same directory: each call takes the lock and
// looks whether somebody else has written.  What a crash has left is put right by the next
// call, and noted as an entry "log-recovered".  A log that has been tampered with is not
// written to any more: every call throws base::Failure(fix_data).  Who has one notices,
// too, when log and anchor are set back together.
//
//     what a call does            what is left if we die then
//     line appended, synced       a torn line (cut), or a record that the anchor does not
//     anchor written, synced      know (anchored by the next call); nobody had an answer
//     returns the number          the entry
//
// Threads: one.
#pragma once

#include "audit/entry.h"
#include "audit/files.h"
#include "audit/retention.h"
#include "seal/keys.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace audit {

// reviewer.crt, of which the chain of grants knows the fingerprint.
enum class Reviewer : std::uint8_t {
    known,      // another one than that is not used: Failure(fix_data)
    may_be_new, // it is noted, and an entry "log-certificate" tells the auditors
};

class Store {
public:
    // Reads the auditors' certificate, and the log.  Throws base::Failure: fix_config if
    // there is none, fix_data if it was tampered with.
    explicit Store(Places places, Reviewer reviewer = Reviewer::known);

    // The number of the entry.  The person is sealed to the auditors.  Throws
    // base::Failure when it could not be written: then there is no entry.
    std::uint64_t note(const Entry& entry, std::string_view person);
    [[nodiscard]] bool has_role(std::string_view user, Role role);
    // act: "grant" or "revoke".
    void change_grant(std::string_view act, std::string_view user, Role role,
                      std::string_view by);
    // Everything, as it stands now.
    [[nodiscard]] Inspection read();
    // Deletes clear texts as planned, between two entries of it.
    void purge(const Purge& plan, std::string_view person);

private:
    [[nodiscard]] Inspection load();
    void catch_up();
    void prepare();
    void must_know_certificate();
    void note_certificate();
    void must_follow(const Inspection& all) const;
    void append(const char* name, Head& head, const Texts& texts);
    std::uint64_t append_entry(const Entry& entry, std::string_view person);
    void erase_texts(const Purge& plan);
    void keep_stamps();

    Places places_;
    seal::Certificate auditors_;
    std::string certificate_; // as the chain knows it
    Head origin_;             // of the log as we know it; number 0 and no digest: not yet
    Heads heads_;
    Chain grants_;
    Stamp log_stamp_;
    Stamp grants_stamp_;
};

// Makes directory, files and anchor, and gives `grantor` the role of granting.
// `certificate`: the auditors', PEM or DER, from a file of that name.  There must be no
// log.
void create_log(const Places& places, std::string_view certificate, std::string_view name,
                std::string_view grantor, std::string_view by);

// Of reviewer.crt; empty if there is none that is fit.
[[nodiscard]] std::string reviewer_fingerprint(const Places& places);

// What verify says: the files, and whether persons are sealed to the certificate that is
// there now.
[[nodiscard]] Inspection inspect_all(const Places& places);

// A person's name as it stands in a record, and back.
[[nodiscard]] std::string seal_person(std::string_view person,
                                      const seal::Certificate& auditors);

} // namespace audit
