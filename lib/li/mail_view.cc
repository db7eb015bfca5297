// SPDX-License-Identifier: Apache-2.0
#include "li/mail_view.h"

#include "text/address_field.h"
#include "text/lines.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace li {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

// Where the field that begins at `at` ends: behind the line that no blank follows.
std::size_t end_of_field(std::string_view header, std::size_t at)
{
    for (;;) {
        const std::size_t newline = header.find('\n', at);
        if (newline == std::string_view::npos)
            return header.size();
        at = newline + 1;
        if (at == header.size() || (header[at] != ' ' && header[at] != '\t'))
            return at;
    }
}

} // namespace

MailView view(std::string_view mail)
{
    const std::string_view header = mail.substr(0, header_limit);
    MailView seen;
    for (std::size_t at = 0; at < header.size();) {
        const std::size_t end = end_of_field(header, at);
        const std::string_view field = header.substr(at, end - at);
        at = end;
        const std::size_t colon = field.find(':');
        if (colon == std::string_view::npos)
            break; // the blank line, or no header any more
        const std::string_view name = trimmed(field.substr(0, colon));
        const std::string_view value = trimmed(field.substr(colon + 1));
        if (text::equal_ignoring_case(name, "Message-ID") && seen.message_id.empty()) {
            seen.message_id = value;
        } else if (text::equal_ignoring_case(name, "From") && seen.sender.empty()) {
            if (auto from = text::addresses_in(value, 1); !from.empty())
                seen.sender = std::move(from.front());
        } else if (text::equal_ignoring_case(name, "To") ||
                   text::equal_ignoring_case(name, "Cc")) {
            const std::size_t room = recipients_limit - seen.recipients.size();
            std::ranges::move(text::addresses_in(value, room),
                              std::back_inserter(seen.recipients));
        }
    }
    return seen;
}

} // namespace li
