// SPDX-License-Identifier: Apache-2.0
#include "db/names.h"

#include <algorithm>
#include <idn2.h>
#include <memory>

namespace db {

namespace {

constexpr std::size_t max_name = 253; // RFC 1035 3.1, as text

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

std::optional<std::string> to_a_labels(const std::string& name)
{
    char* found = nullptr;
    const int result =
        idn2_to_ascii_8z(name.c_str(), &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, void (*)(void*)> owner(found, idn2_free);
    if (result != IDN2_OK || name.find('\0') != std::string::npos)
        return std::nullopt;
    return lower(found);
}

} // namespace

std::string lower(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    return out;
}

std::optional<std::string> normal_domain(std::string_view name)
{
    if (name.ends_with('.'))
        name.remove_suffix(1);
    if (name.empty() || name.size() > max_name)
        return std::nullopt;
    if (is_ascii(name))
        return lower(name);
    return to_a_labels(std::string(name));
}

Halves halves(std::string_view address)
{
    const auto at = address.rfind('@');
    if (at == std::string_view::npos)
        return {address, {}};
    return {address.substr(0, at), address.substr(at + 1)};
}

} // namespace db
