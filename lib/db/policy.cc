// SPDX-License-Identifier: Apache-2.0
#include "db/policy.h"

#include "db/policy_schema.h"

#include <fmt/format.h>

namespace db {

Policy::Policy(const std::string& path, base::milliseconds patience)
    : database_(path, Access::scrub, patience), patience_(patience)
{
    require_policy_version(database_);
    database_.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
}

bool Policy::tidy()
{
    const Ticket ticket(database_.path(), patience_);
    // A reader may keep us from it, but not for long.
    database_.run("PRAGMA busy_timeout = 200");
    const bool done = database_.number("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
    database_.run(fmt::format("PRAGMA busy_timeout = {}", patience_.count()));
    return done;
}

std::int64_t Policy::users() const
{
    return database_.number("SELECT count(*) FROM verifiers");
}

PolicyBatch::PolicyBatch(Policy& policy, std::int64_t far)
    : policy_(policy), ticket_(policy.database_.path(), policy.patience_),
      transaction_(policy.database_), far_(far)
{
}

void PolicyBatch::learn(std::string_view user, std::string_view verifier,
                        std::int64_t learned)
{
    policy_.database_
        .lend("INSERT INTO verifiers (user, verifier, learned_at, proved_at)"
              " VALUES (?1, ?2, ?3, ?3) ON CONFLICT (user) DO UPDATE"
              " SET verifier = excluded.verifier, learned_at = excluded.learned_at,"
              " proved_at = excluded.proved_at"
              " WHERE excluded.learned_at > learned_at"
              " OR (learned_at > ?4 AND excluded.learned_at <= ?4)")
        .bind(1, user)
        .bind(2, verifier)
        .bind(3, learned)
        .bind(4, far_)
        .run();
}

void PolicyBatch::prove(std::string_view user, std::int64_t learned, std::int64_t time)
{
    policy_.database_
        .lend("UPDATE verifiers SET proved_at = ?3 WHERE user = ?1 AND verifier <> ''"
              " AND learned_at = ?2 AND (proved_at < ?3 OR proved_at > ?4)")
        .bind(1, user)
        .bind(2, learned)
        .bind(3, time)
        .bind(4, far_)
        .run();
}

void PolicyBatch::forget(std::string_view user, std::int64_t learned, std::int64_t time)
{
    policy_.database_
        .lend("INSERT INTO verifiers (user, verifier, learned_at, proved_at)"
              " VALUES (?1, '', ?2, ?3) ON CONFLICT (user) DO UPDATE"
              " SET verifier = '', learned_at = excluded.learned_at,"
              " proved_at = excluded.proved_at"
              " WHERE excluded.learned_at >= learned_at")
        .bind(1, user)
        .bind(2, learned)
        .bind(3, time)
        .run();
}

std::int64_t PolicyBatch::out_of_time(std::int64_t before) const
{
    Statement count = policy_.database_.lend(
        "SELECT count(*) FROM verifiers WHERE proved_at < ?1 OR proved_at > ?2");
    count.bind(1, before).bind(2, far_);
    return count.step() ? count.number(0) : 0;
}

int PolicyBatch::expire(std::int64_t before)
{
    return policy_.database_.lend("DELETE FROM verifiers WHERE proved_at < ?1")
        .bind(1, before)
        .run();
}

void PolicyBatch::redate(std::int64_t now)
{
    policy_.database_.lend("UPDATE verifiers SET proved_at = ?1 WHERE proved_at > ?2")
        .bind(1, now)
        .bind(2, far_)
        .run();
}

int PolicyBatch::bound(std::int64_t most)
{
    return policy_.database_
        .lend("DELETE FROM verifiers WHERE user IN (SELECT user FROM verifiers"
              " ORDER BY proved_at LIMIT max(0, (SELECT count(*) FROM verifiers) - ?1))")
        .bind(1, most)
        .run();
}

} // namespace db
