// SPDX-License-Identifier: Apache-2.0
#include "delivery/result_line.h"

#include <algorithm>

namespace delivery {

namespace {

constexpr std::size_t most_logged = 1000; // bytes of addresses in a log line

void append_address(std::string& list, const std::string& address)
{
    list.append(list.empty() ? "" : ",").append(address);
}

} // namespace

bool ResultLine::full() const
{
    return to.size() + original.size() >= most_logged;
}

void add_to_line(std::vector<ResultLine>& lines, session::Answer::Kind kind,
                 const std::string& reason, const std::string& address,
                 const std::string& original)
{
    const bool rewritten = address != original;
    auto line = std::ranges::find_if(lines, [&](const ResultLine& one) {
        return one.kind == kind && one.rewritten == rewritten && !one.full() &&
               one.reason == reason;
    });
    if (line == lines.end())
        line = lines.insert(lines.end(), {kind, rewritten, reason, {}, {}, 0});
    ++line->count;
    append_address(line->to, address);
    if (rewritten)
        append_address(line->original, original);
}

} // namespace delivery
