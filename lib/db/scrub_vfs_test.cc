// SPDX-License-Identifier: Apache-2.0
#include "db/fixture_test.h"
#include "db/scrub_vfs.h"

#include <doctest/doctest.h>
#include <fstream>
#include <random>
#include <vector>

namespace {

using db::testing::Folder;

std::string random_name(std::mt19937& source)
{
    std::string name;
    for (std::size_t i = 4 + source() % 10; i > 0; --i)
        name += static_cast<char>('a' + source() % 26);
    return name;
}

// Half of 20,000 rows in random order of an index are deleted; how often they are found in
// the file.
std::size_t remains(const std::string& path, db::Access access)
{
    std::ofstream(path).close();
    const db::Sqlite database(path, access, base::milliseconds{1000});
    database.run("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON;"
                 " CREATE TABLE t (name TEXT UNIQUE)");
    std::mt19937 source(1);
    for (int batch = 0; batch < 40; ++batch) {
        db::Transaction transaction(database);
        for (int i = 0; i < 500; ++i) {
            const std::string name = random_name(source) + (i % 2 != 0 ? "KEPT" : "GONE");
            database.lend("INSERT OR IGNORE INTO t VALUES (?1)").bind(1, name).run();
        }
        transaction.commit();
    }
    database.run("DELETE FROM t WHERE name LIKE '%GONE';"
                 " PRAGMA wal_checkpoint(TRUNCATE)");
    std::ifstream file(path, std::ios::binary);
    const std::string octets(std::istreambuf_iterator<char>(file), {});
    std::size_t count = 0;
    for (auto at = octets.find("GONE"); at != std::string::npos;
         at = octets.find("GONE", at + 1))
        ++count;
    CHECK(octets.find("KEPT") != std::string::npos);
    CHECK(database.number("SELECT count(*) FROM pragma_integrity_check"
                          " WHERE integrity_check = 'ok'") == 1);
    return count;
}

} // namespace

TEST_CASE("scrub: deleted rows leave copies in pages, which are not written")
{
    const Folder folder;
    CHECK(remains(folder.file("plain.db"), db::Access::write) > 0);
    CHECK(remains(folder.file("scrubbed.db"), db::Access::scrub) == 0);
}

TEST_CASE("scrub: only the gap of a B-tree page is zeroed")
{
    std::vector<unsigned char> page(512, 'x');
    const std::vector<unsigned char> before = page;
    db::scrub_page(page, false); // 'x' is no type of page
    CHECK(page == before);
    page[0] = 13;
    page[3] = 0;
    page[4] = 2; // two rows: their pointers stand in 8 to 11
    page[5] = 1;
    page[6] = 0; // rows begin at 256
    db::scrub_page(page, false);
    CHECK(page[11] == 'x');
    CHECK(page[12] == 0);
    CHECK(page[255] == 0);
    CHECK(page[256] == 'x');
    page[12] = 'y';
    page[4] = 250; // pointers beyond the rows: damaged, not ours to mend
    db::scrub_page(page, false);
    CHECK(page[12] == 'y');
}
