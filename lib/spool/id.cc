// SPDX-License-Identifier: Apache-2.0
#include "spool/id.h"

#include <array>

namespace spool {

namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t id_length = 13;
constexpr unsigned offset_bits = 24;
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> make_digit_values()
{
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const auto upper = static_cast<unsigned char>(digits[i]);
        values[upper] = static_cast<std::uint8_t>(i);
        if (upper >= 'A')
            values[upper + ('a' - 'A')] = static_cast<std::uint8_t>(i);
    }
    return values;
}

constexpr std::array<std::uint8_t, 256> digit_values = make_digit_values();

} // namespace

MessageId::MessageId(Location first_written)
    : value_(first_written.segment << offset_bits | first_written.offset / record_alignment)
{
}

std::optional<MessageId> MessageId::parse(std::string_view text)
{
    if (text.size() != id_length)
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        const std::uint8_t digit = digit_values[static_cast<unsigned char>(c)];
        if (digit == no_digit || value >> 59 != 0) // 13 digits hold 65 bits
            return std::nullopt;
        value = value << 5 | digit;
    }
    return MessageId(value);
}

std::string MessageId::text() const
{
    std::string text(id_length, '0');
    std::uint64_t rest = value_;
    for (std::size_t i = id_length; i > 0; --i, rest >>= 5)
        text[i - 1] = digits[rest & 31];
    return text;
}

Location MessageId::first_written() const
{
    const std::uint64_t unit = value_ & ((1u << offset_bits) - 1);
    return {value_ >> offset_bits, static_cast<std::uint32_t>(unit * record_alignment)};
}

} // namespace spool
