// SPDX-License-Identifier: Apache-2.0
// spool/format.h - the fixed lines of a segment: head, record header, end mark, sealed
// mark.
//
//     head            192 bytes at offset 0
//     record header   112 bytes, at a multiple of 16
//     envelope        text, a blank line, newlines up to a multiple of 16
//     message         as received
//     end mark         64 bytes, newlines up to a multiple of 16
//     ... more records ...
//     sealed mark      80 bytes, the last of a finished segment
//
// Every header repeats the number of its segment, the segment's random key and its own
// offset: stale bytes of another file, zeros, or text in a message that looks like a header
// are never taken for a record.  Pure: no I/O here.  Format: sponts-spool(5).
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spool {

inline constexpr std::size_t head_size = 192;
inline constexpr std::size_t header_size = 112;
inline constexpr std::size_t end_mark_size = 64;
inline constexpr std::size_t sealed_mark_size = 80;
// A larger envelope is refused; it is 4,000 recipients with the longest of addresses.
inline constexpr std::size_t max_envelope = 3u << 20;
inline constexpr std::uint64_t max_message = 0xf0000000; // eight hex digits hold the end

[[nodiscard]] constexpr std::uint64_t aligned(std::uint64_t offset)
{
    return (offset + record_alignment - 1) & ~(record_alignment - 1);
}

enum class SegmentKind : std::uint8_t {
    own,    // one process appends, holding the lock
    shared, // anybody appends, under the lock
    single, // one large message, complete before the file got its name
};

struct SegmentHead {
    SegmentNumber number = 0;
    std::uint64_t key = 0;
    std::uint32_t first = head_size; // offset of the first record
    SegmentKind kind = SegmentKind::own;
    std::string made; // time, for people
    std::string by;   // program and process, for people
};

struct RecordHeader {
    bool erased = false;
    std::uint32_t envelope = 0; // bytes, with blank line and padding
    std::uint32_t message = 0;  // bytes
    std::uint64_t sum = 0;      // of the envelope

    // From the first byte of the header to the next record.
    [[nodiscard]] std::uint64_t size() const
    {
        return aligned(end_mark_offset() + end_mark_size);
    }
    [[nodiscard]] std::uint64_t message_offset() const { return header_size + envelope; }
    [[nodiscard]] std::uint64_t end_mark_offset() const
    {
        return message_offset() + message;
    }
};

struct EndMark {
    MessageId id;
    std::uint32_t message = 0;
    std::uint64_t sum = 0; // of the message
    bool operator==(const EndMark&) const = default;
};

// Always head_size bytes.
[[nodiscard]] std::string encode_head(const SegmentHead& head);
[[nodiscard]] std::optional<SegmentHead> parse_head(std::string_view text);

// A whole head, but of a version that is not ours.
[[nodiscard]] bool is_other_version(std::string_view head);

// What every header of a segment begins with, without its offset: searched for after
// damage.
[[nodiscard]] std::string header_start(SegmentNumber number, std::uint64_t key,
                                       bool erased);

void encode_header(std::span<char, header_size> out, SegmentNumber number,
                   std::uint64_t key, std::uint32_t offset, const RecordHeader& header);
[[nodiscard]] std::optional<RecordHeader> parse_header(std::string_view text,
                                                       SegmentNumber number,
                                                       std::uint64_t key,
                                                       std::uint32_t offset);

void encode_end_mark(std::span<char, end_mark_size> out, const EndMark& mark);
[[nodiscard]] std::optional<EndMark> parse_end_mark(std::string_view text);

[[nodiscard]] std::string encode_sealed_mark(SegmentNumber number, std::uint64_t key,
                                             std::uint64_t offset);
[[nodiscard]] bool is_sealed_mark(std::string_view text, SegmentNumber number,
                                  std::uint64_t key, std::uint64_t offset);

// Fixed width, lower case.
void put_hex(char* out, std::size_t digits, std::uint64_t value);
[[nodiscard]] std::optional<std::uint64_t> get_hex(std::string_view text);

} // namespace spool
