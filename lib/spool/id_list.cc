// SPDX-License-Identifier: Apache-2.0
#include "spool/id_list.h"

#include "base/failure.h"
#include "text/lines.h"

#include <istream>
#include <string_view>
#include <unordered_set>

namespace spool {

namespace {

MessageId id_in(std::string_view word)
{
    const auto id = MessageId::parse(word);
    if (!id)
        throw base::Failure(base::Remedy::fix_arguments,
                            "not an id of a message: " + text::printable(word));
    return *id;
}

// Without the marks, and without what other programs leave of a line.
std::string_view bare(std::string_view line)
{
    const std::size_t first = line.find_first_not_of(" \t");
    const std::size_t last = line.find_last_not_of(" \t\r*!");
    return first == line.npos || last == line.npos || last < first
               ? std::string_view()
               : line.substr(first, last + 1 - first);
}

} // namespace

std::vector<MessageId> read_ids(std::span<const std::string> words, std::istream& lines)
{
    std::vector<MessageId> ids;
    std::unordered_set<MessageId> seen;
    const auto add = [&](MessageId id) {
        if (seen.insert(id).second)
            ids.push_back(id);
    };
    for (const std::string& word : words) {
        if (word != "-") {
            add(id_in(word));
            continue;
        }
        for (std::string line; std::getline(lines, line);)
            if (const std::string_view id = bare(line); !id.empty())
                add(id_in(id));
    }
    return ids;
}

} // namespace spool
