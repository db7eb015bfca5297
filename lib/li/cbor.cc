// SPDX-License-Identifier: Apache-2.0
#include "li/cbor.h"

#include <array>
#include <limits>

namespace li::cbor {

namespace {

constexpr std::uint8_t one_byte = 24; // RFC 8949 3: 24 to 27, 1 to 8 bytes follow
constexpr std::uint8_t eight_bytes = 27;

} // namespace

void append_head(std::string& out, Major major, std::uint64_t value)
{
    const auto kind = static_cast<std::uint8_t>(static_cast<std::uint8_t>(major) << 5);
    if (value < one_byte) {
        out += static_cast<char>(kind | value);
        return;
    }
    int power = 0; // of two: how many bytes follow
    while (power < 3 && (value >> (8 << power)) != 0)
        ++power;
    std::array<char, 9> head{static_cast<char>(kind | (one_byte + power))};
    const std::size_t size = std::size_t{1} << power; // of the number, in big-endian order
    for (std::size_t i = size; i > 0; --i, value >>= 8)
        head[i] = static_cast<char>(value & 0xff);
    out.append(head.data(), 1 + size);
}

void append_integer(std::string& out, std::int64_t value)
{
    if (value >= 0)
        append_head(out, Major::number, static_cast<std::uint64_t>(value));
    else
        append_head(out, Major::negative, static_cast<std::uint64_t>(-1 - value));
}

void append_string(std::string& out, Major kind, std::string_view bytes)
{
    append_head(out, kind, bytes.size());
    out += bytes;
}

std::optional<std::string_view> Reader::take(std::uint64_t size)
{
    if (size > rest_.size())
        return std::nullopt;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
}

std::optional<Head> Reader::head()
{
    const auto first = take(1);
    if (!first)
        return std::nullopt;
    const auto byte = static_cast<std::uint8_t>(first->front());
    const std::uint8_t information = byte & 0x1f;
    Head head{.major = static_cast<Major>(byte >> 5), .value = information};
    if (information < one_byte)
        return head;
    if (information > eight_bytes)
        return std::nullopt; // reserved, or of indefinite length
    const auto bytes = take(1U << (information - one_byte));
    if (!bytes)
        return std::nullopt;
    head.value = 0;
    for (const char c : *bytes)
        head.value = head.value << 8 | static_cast<std::uint8_t>(c);
    return head;
}

std::optional<std::uint64_t> Reader::value(Major major)
{
    const auto found = head();
    if (!found || found->major != major)
        return std::nullopt;
    return found->value;
}

std::optional<std::int64_t> Reader::integer()
{
    const auto found = head();
    if (!found || found->value > std::numeric_limits<std::int64_t>::max())
        return std::nullopt;
    const auto value = static_cast<std::int64_t>(found->value);
    if (found->major == Major::number)
        return value;
    if (found->major == Major::negative)
        return -1 - value;
    return std::nullopt;
}

std::optional<std::string_view> Reader::string(Major kind)
{
    const auto size = value(kind);
    return size ? take(*size) : std::nullopt;
}

bool Reader::skip_items(std::uint64_t count, int depth)
{
    for (; count > 0; --count)
        if (!skip(depth - 1))
            return false;
    return true;
}

bool Reader::skip(int depth)
{
    const auto found = depth > 0 ? head() : std::nullopt;
    if (!found)
        return false;
    switch (found->major) {
    case Major::number:
    case Major::negative:
    case Major::simple: // floating-point numbers: their bytes are the value of the head
        return true;
    case Major::bytes:
    case Major::text:
        return take(found->value).has_value();
    case Major::tag:
        return skip(depth - 1);
    case Major::array:
        return skip_items(found->value, depth);
    case Major::map: // each entry takes two bytes at least
        return found->value <= rest_.size() && skip_items(2 * found->value, depth);
    }
    return false;
}

} // namespace li::cbor
