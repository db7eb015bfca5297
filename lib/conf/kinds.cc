// SPDX-License-Identifier: Apache-2.0
#include "conf/kinds.h"

#include "base/clock.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace conf {

namespace {

std::unexpected<std::string> wrong(std::string text)
{
    return std::unexpected(std::move(text));
}

bool digits(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_port(std::string_view text)
{
    return digits(text) && parse_number(text, 1, 65535).has_value();
}

bool is_host(std::string_view text)
{
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    return !text.empty() && text.size() <= 255 && text.front() != '.' &&
           text.front() != '-' && text.find_first_not_of(allowed) == std::string_view::npos;
}

Parsed<std::int64_t> in_range(std::int64_t value, std::int64_t least, std::int64_t most,
                              std::string (*show)(std::int64_t))
{
    if (value < least)
        return wrong("must be at least " + show(least));
    if (value > most)
        return wrong("must be at most " + show(most));
    return value;
}

// What the proxies can learn the user of, and carry through TLS that ends at them.
constexpr std::string_view known_mechanisms[] = {
    "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-256", "SCRAM-SHA-1"};

char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string show_number(std::int64_t value)
{
    return std::to_string(value);
}

// The shift of a unit letter.
std::optional<unsigned> size_shift(char unit)
{
    switch (unit) {
    case 'k':
    case 'K':
        return 10;
    case 'M':
        return 20;
    case 'G':
        return 30;
    case 'T':
        return 40;
    default:
        return std::nullopt;
    }
}

} // namespace

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

Parsed<std::int64_t> parse_number(std::string_view text, std::int64_t least,
                                  std::int64_t most)
{
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (!digits(text) || error != std::errc{} || end != text.data() + text.size())
        return wrong("is no number");
    return in_range(value, least, most, show_number);
}

Parsed<std::int64_t> parse_size(std::string_view text, std::int64_t least,
                                std::int64_t most)
{
    std::optional<unsigned> shift = 0;
    std::string_view number = text;
    if (!text.empty() && !digits(text)) {
        shift = size_shift(text.back());
        number.remove_suffix(1);
    }
    const auto value = parse_number(number, 0, one_exabyte);
    if (!value || !shift || *value > (one_exabyte >> *shift))
        return wrong("is no size, such as 800, 38k, 64M or 1G");
    return in_range(*value << *shift, least, most, show_size);
}

Parsed<std::int64_t> parse_seconds(std::string_view text, std::int64_t least,
                                   std::int64_t most)
{
    const std::int64_t value = base::parse_duration(text);
    if (value < 0)
        return wrong("is no duration, such as 90s, 15m, 4h or 5d");
    return in_range(value, least, most, show_seconds);
}

std::string show_size(std::int64_t bytes)
{
    struct Unit {
        char name;
        unsigned shift;
    };
    for (const Unit unit : {Unit{'T', 40}, Unit{'G', 30}, Unit{'M', 20}, Unit{'k', 10}}) {
        const std::int64_t factor = std::int64_t{1} << unit.shift;
        if (bytes >= factor && bytes % factor == 0)
            return std::to_string(bytes / factor) + unit.name;
    }
    return std::to_string(bytes);
}

std::string show_seconds(std::int64_t seconds)
{
    struct Unit {
        char name;
        std::int64_t seconds;
    };
    for (const Unit unit : {Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}})
        if (seconds >= unit.seconds && seconds % unit.seconds == 0)
            return std::to_string(seconds / unit.seconds) + unit.name;
    return std::to_string(seconds) + (seconds == 0 ? "" : "s");
}

Parsed<bool> YesNo::parse(std::string_view text)
{
    if (text == "yes")
        return true;
    if (text == "no")
        return false;
    return wrong("must be yes or no");
}

std::vector<std::string_view> split_words(std::string_view text)
{
    constexpr std::string_view separators = " \t,";
    std::vector<std::string_view> words;
    for (;;) {
        const auto first = text.find_first_not_of(separators);
        if (first == std::string_view::npos)
            return words;
        text.remove_prefix(first);
        const std::string_view word = text.substr(0, text.find_first_of(separators));
        words.push_back(word);
        text.remove_prefix(word.size());
    }
}

std::string wrong_text(std::string_view)
{
    return {};
}

std::string wrong_path(std::string_view text)
{
    return text.starts_with('/') ? "" : "must be a path that begins with /";
}

std::string wrong_host(std::string_view text)
{
    return is_host(text) ? "" : "is no host name";
}

std::string wrong_host_port(std::string_view text)
{
    const auto colon = text.rfind(':');
    const std::string_view host = text.substr(0, colon);
    const bool bracketed =
        host.size() > 2 && host.front() == '[' && host.back() == ']' &&
        net::Address::parse_ip(host.substr(1, host.size() - 2)).has_value();
    if (colon == std::string_view::npos || !is_port(text.substr(colon + 1)) ||
        (!bracketed && !is_host(host)))
        return "is no host:port";
    return {};
}

std::string wrong_endpoint(std::string_view text)
{
    return net::Address::parse_endpoint(text) ? "" : "is no address, such as 192.0.2.1:25";
}

std::string wrong_ip(std::string_view text)
{
    return net::Address::parse_ip(text) ? "" : "is no IP address";
}

std::string wrong_mailbox(std::string_view text)
{
    const auto at = text.rfind('@');
    const bool sound = at != std::string_view::npos && at > 0 &&
                       is_host(text.substr(at + 1)) &&
                       text.find_first_of(" \t<>\"") == std::string_view::npos;
    return sound ? "" : "is no mail address";
}

std::string wrong_durations(std::string_view text)
{
    for (const std::string_view word : split_words(text))
        if (base::parse_duration(word) <= 0)
            return "has \"" + std::string(word) +
                   "\", which is no duration such as 5m or 4h";
    return {};
}

std::string wrong_tls_version(std::string_view text)
{
    return text == "TLSv1.2" || text == "TLSv1.3" ? "" : "must be one of: TLSv1.2, TLSv1.3";
}

std::string wrong_preallocate(std::string_view text)
{
    if (text == "zeros" || text == "reserve" || text == "none")
        return {};
    return "must be one of: zeros, reserve, none";
}

std::string wrong_program(std::string_view text)
{
    if (text == "smtp-relayd" || text == "pop-proxy" || text == "imap-proxy" ||
        text == "ums-popd")
        return {};
    return "must be one of: smtp-relayd, pop-proxy, imap-proxy, ums-popd";
}

Parsed<net::Networks> NetworkList::parse(std::string_view text)
{
    std::string bad;
    if (auto networks = net::Networks::parse(text, &bad))
        return *std::move(networks);
    return wrong("has \"" + bad + "\", which is no network such as 192.0.2.0/24");
}

Parsed<net::Certificate> CertificateFile::parse(std::string_view text)
{
    const auto words = split_words(text);
    if (words.empty() || words.size() > 2)
        return wrong("must be a file with the chain and one with the key");
    for (const std::string_view word : words)
        if (std::string bad = wrong_path(word); !bad.empty())
            return wrong(std::move(bad));
    return net::Certificate{std::string(words.front()), std::string(words.back())};
}

std::string CertificateFile::show(const net::Certificate& value)
{
    return value.chain_file + ' ' + value.key_file;
}

Parsed<std::vector<std::string>> ResolverList::parse(std::string_view text)
{
    std::vector<std::string> servers;
    for (const std::string_view word : split_words(text)) {
        const auto at = word.find('@');
        const bool port_is_sound =
            at == std::string_view::npos || is_port(word.substr(at + 1));
        if (!port_is_sound || !net::Address::parse_ip(word.substr(0, at)))
            return wrong("has \"" + std::string(word) +
                         "\", which is no address such as 192.0.2.53 or 127.0.0.1@5353");
        servers.emplace_back(word);
    }
    return servers;
}

std::string ResolverList::show(const std::vector<std::string>& value)
{
    return joined(value);
}

Parsed<std::vector<std::string>> MechanismList::parse(std::string_view text)
{
    std::vector<std::string> mechanisms;
    for (const std::string_view word : split_words(text)) {
        std::string name(word);
        std::ranges::transform(name, name.begin(), to_upper);
        if (std::ranges::find(known_mechanisms, name) == std::end(known_mechanisms))
            return wrong(
                "has \"" + std::string(word) + "\", which is none of " +
                joined({std::begin(known_mechanisms), std::end(known_mechanisms)}));
        if (std::ranges::find(mechanisms, name) == mechanisms.end())
            mechanisms.push_back(std::move(name));
    }
    return mechanisms;
}

std::string MechanismList::show(const std::vector<std::string>& value)
{
    return joined(value);
}

Parsed<std::string> Fingerprint::parse(std::string_view text)
{
    constexpr std::size_t sha256_digits = 64;
    std::string digits_only;
    for (const char c : text)
        if (c != ':')
            digits_only += to_lower(c);
    const bool sound =
        digits_only.size() == sha256_digits &&
        digits_only.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!sound && !text.empty())
        return wrong("is no SHA-256 fingerprint (64 hexadecimal digits)");
    return digits_only;
}

} // namespace conf
