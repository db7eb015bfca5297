// SPDX-License-Identifier: Apache-2.0
// audit/identities.cc - see the header.
#include "audit/identities.h"

#include "text/lines.h"

#include <algorithm>

namespace audit {

namespace {

constexpr std::string_view separator = ", ";

// The size of the quoted local part that `text` begins with, 0 if it does not.
std::size_t quoted_size(std::string_view text)
{
    if (!text.starts_with('"'))
        return 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return text.substr(i + 1).starts_with('@') ? i + 1 : 0;
    }
    return 0;
}

std::vector<std::string_view> split(std::string_view field)
{
    std::vector<std::string_view> pieces;
    while (!field.empty()) {
        const std::size_t end = field.find(separator, quoted_size(field));
        pieces.push_back(field.substr(0, end));
        field.remove_prefix(end == std::string_view::npos ? field.size()
                                                          : end + separator.size());
    }
    return pieces;
}

std::string canonical(std::string_view entered, const li::Rules& rules)
{
    return li::canonical_login(text::trim(entered), rules);
}

} // namespace

std::vector<std::string> identities_of(std::string_view field, const li::Rules& rules)
{
    std::vector<std::string> out;
    for (const std::string_view piece : split(field))
        out.push_back(canonical(piece, rules));
    std::ranges::sort(out);
    const auto same = std::ranges::unique(out);
    out.erase(same.begin(), same.end());
    return out;
}

bool has_identity(std::string_view field, std::string_view wanted, const li::Rules& rules)
{
    const std::string looked_for = canonical(wanted, rules);
    const std::size_t length = split(wanted).size();
    const std::vector<std::string_view> pieces = split(field);
    for (std::size_t i = 0; length > 0 && i + length <= pieces.size(); ++i) {
        const char* const begin = pieces[i].data();
        const std::string_view& last = pieces[i + length - 1];
        if (canonical({begin, last.data() + last.size()}, rules) == looked_for)
            return true;
    }
    return false;
}

} // namespace audit
