// SPDX-License-Identifier: Apache-2.0
// Which records of which process were taken.
#include "db/handover.h"

namespace db {

std::uint64_t HandoverWork::highest_record(const std::string& tap)
{
    Statement look = database_.lend("SELECT highest FROM taps WHERE name = ?1");
    look.bind(1, tap);
    return look.step() ? large(look, 0) : 0;
}

void HandoverWork::put_highest_record(const std::string& tap, std::uint64_t number,
                                      std::int64_t now)
{
    database_
        .lend(
            "INSERT INTO taps (name, highest, used) VALUES (?1, ?2, ?3) ON CONFLICT (name)"
            " DO UPDATE SET highest = excluded.highest, used = excluded.used")
        .bind(1, tap)
        .bind(2, static_cast<std::int64_t>(number))
        .bind(3, now)
        .run();
}

bool HandoverWork::has_recovered(const std::string& tap)
{
    Statement look = database_.lend("SELECT 1 FROM recovered WHERE tap = ?1 LIMIT 1");
    look.bind(1, tap);
    return look.step();
}

bool HandoverWork::is_recovered(const std::string& tap, std::uint64_t number)
{
    Statement look =
        database_.lend("SELECT 1 FROM recovered WHERE tap = ?1 AND number = ?2");
    look.bind(1, tap).bind(2, static_cast<std::int64_t>(number));
    return look.step();
}

void HandoverWork::put_recovered(const std::string& tap, std::uint64_t number,
                                 std::int64_t now)
{
    database_.lend("INSERT INTO recovered (tap, number, used) VALUES (?1, ?2, ?3)")
        .bind(1, tap)
        .bind(2, static_cast<std::int64_t>(number))
        .bind(3, now)
        .run();
}

void HandoverWork::forget_taps(std::int64_t used_before)
{
    database_.lend("DELETE FROM taps WHERE used < ?1").bind(1, used_before).run();
    database_.lend("DELETE FROM recovered WHERE used < ?1").bind(1, used_before).run();
}

} // namespace db
