// SPDX-License-Identifier: Apache-2.0
// db/fixture_test.h - what the tests of this folder share: a directory of their own, a
// database in it, and SQL by hand.
#pragma once

#include "db/admin.h"
#include "db/exchange.h"
#include "db/sqlite.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace db::testing {

class Folder {
public:
    Folder()
    {
        std::string name =
            (std::filesystem::temp_directory_path() / "sponts-db-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            base::fail_errno("mkdtemp", name);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const std::string& name) const
    {
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

// A migrated, empty database.
struct Fixture {
    Folder folder;
    std::string path = folder.file("sponts.db");
    Fixture() { (void)migrate(path); }

    void sql(const std::string& text) const
    {
        Sqlite(path, Access::write, base::milliseconds{1000}).run(text);
    }
    [[nodiscard]] std::int64_t number(const std::string& text) const
    {
        return Sqlite(path, Access::read, base::milliseconds{1000}).number(text);
    }
    [[nodiscard]] std::string exported(std::string_view table) const
    {
        std::string out;
        export_csv(path, table, [&out](std::string_view piece) { out += piece; });
        std::erase(out, '\r');
        return out;
    }
};

// The Failure that `act` ends with, if any.
template <class Act>
std::optional<base::Failure> failure_of(Act act)
{
    try {
        act();
    } catch (const base::Failure& failure) {
        return failure;
    }
    return std::nullopt;
}

} // namespace db::testing
