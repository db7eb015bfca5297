// SPDX-License-Identifier: Apache-2.0
// db/journal_replace.h - puts a journal that was made anew into the place of the old one.
//
// For who has the right to file (nobody writes either of them).
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string>

namespace db {

// Where a journal is made anew: beside the one of this path.
[[nodiscard]] inline std::string fresh_journal(const std::string& path)
{
    return path + ".rebuild";
}
// Throws Failure if the file is something else than a journal (fix_data), or one of another
// version (fix_config): nobody wanted that replaced.  An empty file, or a journal that is
// damaged, may be.
void require_replaceable(const std::string& path);

// What the old journal has and the fresh one has not.
struct JournalLack {
    std::uint64_t messages = 0;
    std::uint64_t refusals = 0;
    std::uint64_t logins = 0;
    std::int64_t oldest = 0; // of all of these; microseconds since 1970; 0: there are none

    [[nodiscard]] bool none() const { return messages + refusals + logins == 0; }
};
// Throws base::Failure when the old one cannot be read.
[[nodiscard]] JournalLack lack_of(const std::string& fresh, const std::string& old);

// What the old journal knows of recipients that wait in the fresh one; how many.  Throws
// base::Failure when the old one cannot be read; nothing has happened then.
std::uint64_t take_over_results(const std::string& fresh, const std::string& old);

// Readers see the old one or the new one, whole.  An old one that cannot be read is
// replaced as well.  Throws base::Failure (try_later: a reader has been in the way for
// longer than `patience`); then the old one stands.
void replace_journal(const std::string& fresh, const std::string& old,
                     base::milliseconds patience);

// A journal that nobody uses, with all that belongs to it.
void remove_journal(const std::string& path);

} // namespace db
