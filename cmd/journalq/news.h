// SPDX-License-Identifier: Apache-2.0
// journalq/news.h - which of the messages that a search finds again and again are new.
//
// What is filed does not come in the order of its keys: a program that was read late has
// older mail.  So the newest keys are asked for again and compared with what was seen.
// This memory is bounded by time and number: what is filed later than that behind the
// newest is missed.
#pragma once

#include "db/journal.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace journalq {

struct NewsLimits {
    std::int64_t overlap = 300'000'000; // microseconds behind the newest
    std::size_t remembered = 20'000;
};

class News {
public:
    // From this key on.
    explicit News(db::JournalKey first, NewsLimits limits = {})
        : after_(first - 1), limits_(limits)
    {
    }

    // Keys greater than this one are to be asked for.
    [[nodiscard]] db::JournalKey after() const { return after_; }
    // False: it was there already.
    bool add(db::JournalKey key) { return key > after_ && seen_.insert(key).second; }
    // When all that is there has been added: forgets what is too old.
    void settle();

private:
    db::JournalKey after_;
    NewsLimits limits_;
    std::set<db::JournalKey> seen_;
};

} // namespace journalq
