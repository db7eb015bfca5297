// SPDX-License-Identifier: Apache-2.0
// audit/chain.h - a chained file: a first line, then records.  Pure.
//
//     sponts-audit 1 log 5f0c...  (what it is, and 16 random bytes: no two files are alike)
//     1 ...
//     2 ...
#pragma once

#include "audit/record.h"

#include <string>
#include <string_view>
#include <vector>

namespace audit {

struct Chain {
    Head origin; // what the first record follows
    std::vector<Record> records;
    std::size_t sound = 0; // bytes up to the end of the last good line
    std::string torn;      // bytes behind the last newline: a record that was not finished
    std::string damage;    // why reading ended before the end; empty: it did not

    [[nodiscard]] Head head() const
    {
        return records.empty() ? origin : records.back().head();
    }
    // The head when there were that many records.
    [[nodiscard]] Head head_at(std::uint64_t number) const
    {
        return number == 0 ? origin : records.at(number - 1).head();
    }
    // It was the head of this chain once, or is.
    [[nodiscard]] bool has(const Head& head) const
    {
        return head.number <= records.size() && head_at(head.number) == head;
    }
};

// `kind`: "log" or "grants".
[[nodiscard]] std::string first_line(std::string_view kind);
[[nodiscard]] Chain parse_chain(std::string_view text, std::string_view kind);
// All of it, as it stands in the file.
[[nodiscard]] std::string encode(std::string_view first_line, const Chain& chain);

} // namespace audit
