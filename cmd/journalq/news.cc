// SPDX-License-Identifier: Apache-2.0
#include "news.h"

namespace journalq {

void News::settle()
{
    while (!seen_.empty()) {
        const std::int64_t age = db::time_of(*seen_.rbegin()) - db::time_of(*seen_.begin());
        if (age <= limits_.overlap && seen_.size() <= limits_.remembered)
            return;
        after_ = *seen_.begin();
        seen_.erase(seen_.begin());
    }
}

} // namespace journalq
