// SPDX-License-Identifier: Apache-2.0
// spool/id.h - the name of a message: where it was first written, in 13 characters.
//
// A MessageId packs the number of the segment that first held the message (milliseconds
// since 2025-01-01 UTC, 40 bits) and the offset of its record there in units of 16 bytes
// (24 bits).  It is unique for ever on one gateway, sorts by time, and is written in
// 13 digits of base 32 (0-9 A-Z without I L O U), as in "0C3K7W2D5F080".  A message that is
// carried forward into a newer segment keeps its id.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace spool {

using SegmentNumber = std::uint64_t;

inline constexpr std::uint64_t record_alignment = 16;
inline constexpr std::uint64_t max_segment_size = 256ull << 20; // 24 bits of 16 bytes

// Where a record's first byte is.
struct Location {
    SegmentNumber segment = 0;
    std::uint32_t offset = 0;
    auto operator<=>(const Location&) const = default;
};

class MessageId {
public:
    MessageId() = default;
    explicit MessageId(std::uint64_t value) : value_(value) {}
    explicit MessageId(Location first_written);

    // Exactly 13 digits, lower case accepted; nothing else.
    [[nodiscard]] static std::optional<MessageId> parse(std::string_view text);

    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::uint64_t value() const { return value_; }
    [[nodiscard]] Location first_written() const;
    auto operator<=>(const MessageId&) const = default;

private:
    std::uint64_t value_ = 0;
};

} // namespace spool

template <>
struct std::hash<spool::MessageId> {
    std::size_t operator()(const spool::MessageId& id) const noexcept
    {
        return std::hash<std::uint64_t>{}(id.value() * 0x9e3779b97f4a7c15ull);
    }
};
