// SPDX-License-Identifier: Apache-2.0
#include "imap/capabilities.h"

#include "text/lines.h"

#include <algorithm>
#include <array>

namespace imap {

namespace {

// UNAUTHENTICATE (RFC 8437) would begin another login behind our back; referrals lead
// around us, and so does URLAUTH (RFC 4467), by which mail is read without a mailbox.
constexpr std::array<std::string_view, 9> of_one_leg{
    "STARTTLS",        "LOGINDISABLED",     "SASL-IR", "UNAUTHENTICATE", "URLAUTH",
    "LOGIN-REFERRALS", "MAILBOX-REFERRALS", "XCLIENT", "URLAUTH=BINARY"};

bool begins(std::string_view word, std::string_view beginning)
{
    return text::equal_ignoring_case(word.substr(0, beginning.size()), beginning);
}

bool passes_through(std::string_view word)
{
    if (begins(word, "AUTH=") || begins(word, "COMPRESS="))
        return false;
    return std::none_of(of_one_leg.begin(), of_one_leg.end(), [&](std::string_view name) {
        return text::equal_ignoring_case(name, word);
    });
}

bool is_literal(std::string_view word)
{
    return text::equal_ignoring_case(word, "LITERAL+") ||
           text::equal_ignoring_case(word, "LITERAL-");
}

void add(std::string& list, std::string_view word)
{
    if (!list.empty())
        list += ' ';
    list += word;
}

} // namespace

Capabilities::Capabilities(std::string_view text)
{
    while (!(text = text::trim(text)).empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        if (!text::has_control(word))
            words_.emplace_back(word);
        text.remove_prefix(word.size());
    }
}

bool Capabilities::has(std::string_view word) const
{
    return std::any_of(words_.begin(), words_.end(), [&](const std::string& one) {
        return text::equal_ignoring_case(one, word);
    });
}

// Before the login it is we who take literals and initial responses; IMAP4rev1 is said even
// if nobody could be asked.
std::string announce(const Capabilities& server, const Offer& offer)
{
    std::string list;
    if (!server.has("IMAP4rev1") && !server.has("IMAP4rev2"))
        add(list, "IMAP4rev1");
    for (const std::string& word : server.words())
        if (passes_through(word) && !is_literal(word) &&
            !text::equal_ignoring_case(word, "ID"))
            add(list, word);
    add(list, "LITERAL+");
    add(list, "SASL-IR");
    add(list, "ID");
    if (offer.starttls)
        add(list, "STARTTLS");
    if (!offer.login || !offer.passwords)
        add(list, "LOGINDISABLED");
    for (const std::string& mechanism : offer.mechanisms)
        add(list, "AUTH=" + mechanism);
    return list;
}

std::string announce_after_login(std::string_view server, bool compress)
{
    std::string list;
    for (const std::string& word : Capabilities(server).words())
        if (passes_through(word))
            add(list, word);
    if (compress)
        add(list, "COMPRESS=DEFLATE");
    return list;
}

std::string filtered(const Response& response, std::string_view line, bool compress)
{
    std::string_view list;
    if (response.data("CAPABILITY", list))
        return "* CAPABILITY " + announce_after_login(list, compress);
    if (!response.has_code("CAPABILITY"))
        return {};
    const std::size_t begin =
        static_cast<std::size_t>(response.code_text.data() - line.data());
    const std::size_t after = begin + response.code_text.size();
    return std::string(line.substr(0, begin)) +
           announce_after_login(response.code_text, compress) +
           std::string(line.substr(after));
}

} // namespace imap
