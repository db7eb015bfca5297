// SPDX-License-Identifier: Apache-2.0
// Domain names and literals; see domain.h.  Existence is never asked: no DNS here.
#include "text/domain.h"

#include "text/lines.h"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <cstring>
#include <idn2.h>
#include <memory>

namespace text {

namespace {

constexpr std::size_t max_name = 255; // RFC 1035 2.3.4
constexpr std::size_t max_label = 63;
constexpr std::size_t max_unicode = 1024; // bytes we hand to libidn2

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_label(std::string_view label, bool underscore)
{
    if (label.empty() || label.size() > max_label)
        return false;
    if (label.front() == '-' || label.back() == '-')
        return false;
    for (const char c : label)
        if (!is_letter_or_digit(c) && c != '-' && !(underscore && c == '_'))
            return false;
    return true;
}

bool has_labels(std::string_view name, bool underscore)
{
    if (name.empty() || name.size() > max_name)
        return false;
    for (;;) {
        const std::size_t dot = name.find('.');
        if (!is_label(name.substr(0, dot), underscore))
            return false;
        if (dot == std::string_view::npos)
            return true;
        name.remove_prefix(dot + 1);
    }
}

struct Free {
    void operator()(char* p) const { std::free(p); }
};
using IdnText = std::unique_ptr<char, Free>;

// The result is checked by the caller: STD3 rules of the library drop what they do not like
// ("\u00fc@b" becomes "\u00fcb"), we refuse it.
std::optional<std::string> to_a_labels(std::string_view name)
{
    if (name.size() > max_unicode || has_control(name) || !is_utf8(name))
        return std::nullopt;
    const std::string copy(name);
    char* out = nullptr;
    const int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;
    if (idn2_to_ascii_8z(copy.c_str(), &out, flags) != IDN2_OK)
        return std::nullopt;
    const IdnText owned(out);
    return to_lower(out);
}

template <std::size_t Size>
bool is_ip(int family, std::string_view text)
{
    std::array<char, INET6_ADDRSTRLEN> copy{};
    std::array<unsigned char, Size> bytes{};
    if (text.size() >= copy.size() || text.contains('\0'))
        return false;
    std::memcpy(copy.data(), text.data(), text.size());
    return inet_pton(family, copy.data(), bytes.data()) == 1;
}

} // namespace

bool is_domain(std::string_view name)
{
    return has_labels(name, false);
}

bool is_host_name(std::string_view name)
{
    return has_labels(name, true);
}

std::optional<std::string> normal_domain(std::string_view name)
{
    if (name.ends_with('.'))
        name.remove_suffix(1);
    if (is_domain(name))
        return to_lower(name);
    if (is_ascii(name))
        return std::nullopt;
    std::optional<std::string> ascii = to_a_labels(name);
    if (!ascii || !is_domain(*ascii))
        return std::nullopt;
    return ascii;
}

std::string unicode_domain(std::string_view name)
{
    const std::string copy(name);
    char* out = nullptr;
    if (idn2_to_unicode_8z8z(copy.c_str(), &out, 0) != IDN2_OK)
        return copy;
    const IdnText owned(out);
    return out;
}

std::optional<std::string> literal_ip(std::string_view inside)
{
    constexpr std::string_view tag = "IPv6:";
    if (equal_ignoring_case(inside.substr(0, tag.size()), tag)) {
        inside.remove_prefix(tag.size());
        if (!is_ip<16>(AF_INET6, inside))
            return std::nullopt;
        return to_lower(inside);
    }
    if (!is_ip<4>(AF_INET, inside))
        return std::nullopt;
    return std::string(inside);
}

} // namespace text
