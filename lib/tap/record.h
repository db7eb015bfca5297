// SPDX-License-Identifier: Apache-2.0
// tap/record.h - a sealed record as it lies in a file of incoming/; tkuev-spool(5).
//
//     head       magic, flags, lengths, sum of everything else
//     event      CMS for the interception user: li::encode()
//     content    CMS for whom the measure says, or nothing
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace tap {

inline constexpr std::size_t record_head_size = 40;
// An event longer than this was not made by us.
inline constexpr std::size_t sealed_event_limit = 4u << 20;

struct RecordHead {
    std::uint64_t event_size = 0;
    std::uint64_t content_size = 0;
    [[nodiscard]] std::uint64_t size() const // with the padding to eight octets
    {
        return (record_head_size + event_size + content_size + 7) / 8 * 8;
    }
};

[[nodiscard]] std::string encode_record(std::string_view event, std::string_view content);

enum class RecordTrouble : std::uint8_t {
    incomplete, // more may come: the end of what has been written so far
    damaged,    // nothing behind it can be found
};
// The head of what stands at the beginning of the bytes.
[[nodiscard]] std::expected<RecordHead, RecordTrouble> read_head(std::string_view bytes);
// Whether event and head are as they were written.  (The content has its own seal.)
[[nodiscard]] bool is_sound(std::string_view head_and_event);

} // namespace tap
