// SPDX-License-Identifier: Apache-2.0
// db/fixture_test.h - what the tests of this folder share: a directory of their own, a
// database in it, and SQL by hand.
#pragma once

#include "db/admin.h"
#include "db/exchange.h"
#include "db/scrub_vfs.h"
#include "db/sqlite.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

// Whether every page was written without remains of what was deleted (db/scrub_vfs.h).
inline bool is_scrubbed(const std::string& path)
{
    constexpr std::size_t page_size = 4096;
    std::ifstream file(path, std::ios::binary);
    std::vector<char> page(page_size);
    bool first = true;
    while (file.read(page.data(), page_size)) {
        std::vector<unsigned char> scrubbed(page.begin(), page.end());
        scrub_page(scrubbed, std::exchange(first, false));
        if (!std::equal(page.begin(), page.end(), scrubbed.begin(),
                        [](char a, unsigned char b) { return a == static_cast<char>(b); }))
            return false;
    }
    return !first;
}

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
