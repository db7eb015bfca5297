// SPDX-License-Identifier: Apache-2.0
// net/networks.cc - lists of networks, as they stand in the configuration.
#include "net/address.h"

#include <charconv>
#include <cstring>

namespace net {

namespace {

constexpr std::string_view separators = " \t,";

std::optional<int> parse_bits(std::string_view text, int most)
{
    int bits = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, bits);
    if (text.empty() || error != std::errc{} || end != last || bits < 0 || bits > most)
        return {};
    return bits;
}

int width(const Address& address)
{
    return address.family() == Address::Family::ipv4 ? 32 : 128;
}

bool same_prefix(const Address& a, const Address& b, int bits)
{
    const auto whole = static_cast<std::size_t>(bits / 8);
    if (std::memcmp(a.bytes().data(), b.bytes().data(), whole) != 0)
        return false;
    if (bits % 8 == 0)
        return true;
    const unsigned mask = 0xffu << (8 - bits % 8);
    return ((a.bytes()[whole] ^ b.bytes()[whole]) & mask & 0xffu) == 0;
}

} // namespace

std::optional<Networks> Networks::parse(std::string_view list, std::string* bad)
{
    Networks result;
    for (;;) {
        const std::size_t begin = list.find_first_not_of(separators);
        if (begin == std::string_view::npos)
            return result;
        list.remove_prefix(begin);
        const std::string_view word = list.substr(0, list.find_first_of(separators));
        list.remove_prefix(word.size());

        const std::size_t slash = word.find('/');
        const auto address = Address::parse_ip(word.substr(0, slash));
        std::optional<int> bits;
        if (address && slash == std::string_view::npos)
            bits = width(*address);
        else if (address)
            bits = parse_bits(word.substr(slash + 1), width(*address));
        if (!bits) {
            if (bad)
                *bad = word;
            return {};
        }
        result.entries_.push_back({*address, *bits});
    }
}

bool Networks::contains(const Address& address) const
{
    for (const Entry& entry : entries_)
        if (entry.address.family() == address.family() &&
            same_prefix(entry.address, address, entry.bits))
            return true;
    return false;
}

std::string Networks::text() const
{
    std::string result;
    for (const Entry& entry : entries_) {
        if (!result.empty())
            result += ' ';
        result += entry.address.ip();
        if (entry.bits != width(entry.address))
            result += '/' + std::to_string(entry.bits);
    }
    return result;
}

} // namespace net
