// SPDX-License-Identifier: Apache-2.0
// db/policy.h - policy.db as its one writer sees it.  Readers: db/policy_reader.h.
//
// What is told may come twice and in any order.  Each password is known by when it was
// learned: of each user the one that was learned last counts, and one that is refused
// leaves a row without a verifier, so that the same, told once more, does not bring it
// back; that row goes when it is old.
//
// A clock may have been wrong: what has a time that is too far ahead gives way to anything
// that is told with another.
//
// Nothing of a verifier that is gone stays in the files: rows are overwritten, and tidy()
// empties the write-ahead log.
//
// Threads: one.
#pragma once

#include "db/admin.h"
#include "db/sqlite.h"
#include "db/ticket.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace db {

class Policy {
public:
    // Throws base::Failure; fix_config if the database is not of policy_version.
    explicit Policy(const std::string& path, base::milliseconds patience = write_patience);
    Policy(const Policy&) = delete;
    Policy& operator=(const Policy&) = delete;

    // What is gone is no longer in the write-ahead log.  False: a reader is in the way, or
    // another writer; try again later.
    bool tidy();
    [[nodiscard]] std::int64_t users() const;

private:
    friend class PolicyBatch;

    Sqlite database_;
    base::milliseconds patience_;
};

// Holds the ticket; without commit() nothing has happened.  Times are microseconds since
// 1970.
class PolicyBatch {
public:
    // What has a time after `far` was told by a wrong clock.
    explicit PolicyBatch(Policy& policy,
                         std::int64_t far = std::numeric_limits<std::int64_t>::max());
    void commit() { transaction_.commit(); }

    // A login has shown the password of which this is the verifier.
    void learn(std::string_view user, std::string_view verifier, std::int64_t learned);
    // Another login has shown the one that was learned then.
    void prove(std::string_view user, std::int64_t learned, std::int64_t time);
    // The one that was learned then is refused.
    void forget(std::string_view user, std::int64_t learned, std::int64_t time);
    // How many nobody has proved since `before`, or proved after `far`.
    [[nodiscard]] std::int64_t out_of_time(std::int64_t before) const;
    // Those that nobody has proved since go; how many.
    int expire(std::int64_t before);
    // Those that were proved after `far` were proved now.
    void redate(std::int64_t now);
    // At most so many stay; the longest-ago proved go first; how many.
    int bound(std::int64_t most);

private:
    Policy& policy_;
    Ticket ticket_;
    Transaction transaction_;
    const std::int64_t far_;
};

} // namespace db
