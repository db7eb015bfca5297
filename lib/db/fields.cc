// SPDX-License-Identifier: Apache-2.0
#include "db/fields.h"

#include "db/names.h"
#include "db/words.h"
#include "text/address.h"
#include "text/base64.h"
#include "text/domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cctype>
#include <charconv>
#include <cstdint>

namespace db {

namespace {

std::unexpected<std::string> wrong(std::string_view text, std::string_view why)
{
    return std::unexpected(fmt::format("\"{}\" {}", text, why));
}

bool is_printable(std::string_view text)
{
    return std::ranges::none_of(text,
                                [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

Checked check_text(std::string_view text, std::size_t longest)
{
    if (!is_printable(text))
        return std::unexpected("control bytes are not allowed");
    if (text.size() > longest)
        return std::unexpected(fmt::format("longer than {} bytes", longest));
    return std::string(text);
}

Checked check_word(Words words, std::string_view text)
{
    const std::string folded = lower(text);
    if (std::ranges::find(words, folded) != words.end())
        return folded;
    return wrong(text, fmt::format("is none of {}", fmt::join(words, ", ")));
}

Checked check_number(std::string_view text, int least, int most, std::string_view what)
{
    int value = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc{} || end != last || value < least || value > most)
        return wrong(text, fmt::format("is no {} ({} to {})", what, least, most));
    return std::to_string(value);
}

Checked prefixed(const std::string& prefix, const Checked& name)
{
    return name ? Checked(prefix + *name) : name;
}

// The whole address with its domain in stored form; the local part untouched.
Checked check_mailbox(std::string_view text)
{
    const text::AddressResult parsed = text::parse_mailbox(text, true);
    if (!parsed)
        return wrong(text,
                     fmt::format("is no address: {}", text::describe(parsed.error())));
    if (parsed->domain().empty())
        return wrong(text, "is no address: it has no domain");
    if (const text::Detour way = text::detour(*parsed); way != text::Detour::none)
        return wrong(text, fmt::format("is refused: {}", text::describe(way)));
    if (parsed->literal)
        return parsed->mailbox;
    const std::optional<std::string> domain = text::normal_domain(parsed->domain());
    if (!domain)
        return wrong(text, "is no address: its domain is malformed");
    return fmt::format("{}@{}", parsed->local(), *domain);
}

bool is_ip(const std::string& text)
{
    in6_addr bytes{};
    return ::inet_pton(AF_INET, text.c_str(), &bytes) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &bytes) == 1;
}

// What people call their users where that is no domain: "ann_b", "u+17".  The rest is left
// to be a pattern.
bool is_login_name(std::string_view text)
{
    constexpr std::string_view also = "_+=#~%!$&'/-.";
    const auto usual = [also](unsigned char c) {
        return std::isalnum(c) != 0 || also.find(static_cast<char>(c)) != also.npos;
    };
    return !text.empty() && std::ranges::all_of(text, usual) && text.size() <= max_name &&
           !text.starts_with('.') && !text::normal_domain(text);
}

// "192.0.2.300" and "10.1" are mistyped addresses, not names.
bool ends_in_number(std::string_view name)
{
    const std::string_view last = name.substr(name.rfind('.') + 1);
    return std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

// "[192.0.2.1]" and "[IPv6:2001:db8::1]" are stored without the brackets.
Checked check_literal(std::string_view text)
{
    std::string inside(text.substr(1, text.size() - 2));
    if (lower(inside).starts_with("ipv6:"))
        inside.erase(0, 5);
    if (!text.ends_with(']') || !is_ip(inside))
        return wrong(text, "is no address literal");
    return lower(inside);
}

Checked check_host_name(std::string_view text)
{
    if (is_ip(std::string(text)))
        return lower(text);
    if (text::is_host_name(text) && !ends_in_number(text))
        return lower(text);
    const std::optional<std::string> name = text::normal_domain(text);
    if (!name || ends_in_number(*name))
        return wrong(text, "is neither a host name nor an IP address");
    return *name;
}

} // namespace

Checked check_tenant(std::string_view text)
{
    return check_text(text, max_name);
}

Checked check_comment(std::string_view text)
{
    return check_text(text, max_comment);
}

Checked check_domain(std::string_view text)
{
    const std::optional<std::string> name = text::normal_domain(text);
    if (!name)
        return wrong(text, "is no domain name");
    return *name;
}

Checked check_address(std::string_view text)
{
    const Checked mailbox = check_mailbox(text);
    return mailbox ? Checked(lower(*mailbox)) : mailbox;
}

Checked check_target(std::string_view text)
{
    return text.empty() ? Checked(std::string()) : check_mailbox(text);
}

Checked check_pattern(std::string_view text)
{
    return is_login_name(text) ? Checked(lower(text)) : check_mail_pattern(text);
}

Checked check_mail_pattern(std::string_view text)
{
    if (text == "*")
        return "*";
    if (text.find('@') != std::string_view::npos)
        return check_address(text);
    if (text.starts_with('.'))
        return prefixed(".", check_domain(text.substr(1)));
    return check_domain(text);
}

Checked check_host(std::string_view text)
{
    if (text.starts_with("mx:"))
        return prefixed("mx:", check_domain(text.substr(3)));
    return text.starts_with('[') ? check_literal(text) : check_host_name(text);
}

Checked check_tls_name(std::string_view text)
{
    return text.empty() ? Checked(std::string()) : check_domain(text);
}

Checked check_port(std::string_view text)
{
    return check_number(text, 1, 65535, "port");
}

Checked check_priority(std::string_view text)
{
    return check_number(text, 0, 65535, "priority");
}

Checked check_flag(std::string_view text)
{
    static constexpr std::string_view yes[] = {"1", "yes", "true", "on"};
    static constexpr std::string_view no[] = {"0", "no", "false", "off"};
    const std::string folded = lower(text);
    if (std::ranges::find(yes, folded) != std::end(yes))
        return "1";
    if (std::ranges::find(no, folded) != std::end(no))
        return "0";
    return wrong(text, "is neither yes nor no");
}

Checked check_verify(std::string_view text)
{
    return check_word(verify_words, text);
}

Checked check_protocol(std::string_view text)
{
    return check_word(protocol_words, text);
}

Checked check_tls(std::string_view text)
{
    return check_word(tls_words, text);
}

Checked check_client_info(std::string_view text)
{
    return check_word(client_info_words, text);
}

Checked check_kind(std::string_view text)
{
    return check_word(kind_words, text);
}

Checked check_fingerprint(std::string_view text)
{
    std::string digits = lower(text);
    std::erase(digits, ':');
    const bool all_hex = std::ranges::all_of(
        digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (!all_hex || (!digits.empty() && digits.size() != 64))
        return wrong(text, "is no SHA-256 fingerprint (64 hexadecimal digits)");
    return digits;
}

Checked check_file(std::string_view text)
{
    if (text.empty())
        return std::string();
    const std::string closed = std::string(text) + '/';
    if (!text.starts_with('/') || closed.find("/../") != std::string::npos)
        return wrong(text, "is no absolute file name without \"..\"");
    return check_text(text, max_file_name);
}

Checked check_username(std::string_view text)
{
    return check_text(text, max_name);
}

Checked check_user(std::string_view text)
{
    if (text.empty())
        return std::unexpected("a user needs a name");
    return check_text(text, max_name);
}

Checked check_system_user(std::string_view text)
{
    if (text.empty() || text.starts_with('-') ||
        text.find_first_of(" :/") != std::string_view::npos)
        return wrong(text, "is no name of a user of the system");
    return check_text(text, max_name);
}

Checked check_password(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos)
        return std::unexpected("a password holds no NUL byte"); // RFC 4616 section 2
    if (text.size() > max_name)
        return std::unexpected(fmt::format("longer than {} bytes", max_name));
    return std::string(text);
}

Checked check_password_hash(std::string_view text)
{
    // The text itself is not repeated: it may be a password in the wrong column.
    if (!text.empty() && !text.starts_with("$argon2id$v=19$"))
        return std::unexpected("not an argon2id hash ($argon2id$v=19$...)");
    return check_text(text, max_comment);
}

// "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey", RFC 5803.
Checked check_scram(std::string_view text)
{
    if (text.empty())
        return std::string();
    const auto colon = text.find(':');
    const auto dollar = text.find('$', colon + 1);
    const auto second = text.find(':', dollar + 1);
    const bool whole =
        text.starts_with("SCRAM-SHA-256$") && second != std::string_view::npos;
    if (whole) {
        const auto salt = text::from_base64(text.substr(colon + 1, dollar - colon - 1));
        const auto stored = text::from_base64(text.substr(dollar + 1, second - dollar - 1));
        const auto server = text::from_base64(text.substr(second + 1));
        const std::string_view rounds = text.substr(14, colon - 14);
        if (check_number(rounds, 4096, 1'000'000, "count") && salt && !salt->empty() &&
            stored && stored->size() == 32 && server && server->size() == 32)
            return std::string(text);
    }
    return std::unexpected("not a SCRAM-SHA-256 verifier (4096 iterations or more)");
}

} // namespace db
