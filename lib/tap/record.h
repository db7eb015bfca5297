// SPDX-License-Identifier: Apache-2.0
// tap/record.h - what a file of incoming/ holds; tkuev-spool(5).
//
//     file     its head: CMS for the interception user with the first key (tap/ratchet.h);
//              then records
//     record   its head: magic, lengths, number, form, sum; then the event, li::encode();
//              then room for the content, or nothing; padded to eight octets
//
// The content itself stands at the same offset of a file beside it (tap/record_file.h).
//
// Event and content are AES-256-GCM under the keys of the record's number; content that
// only the authority may read is CMS for its certificate.
//
// Pure.
#pragma once

#include "seal/single_use.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace tap {

inline constexpr std::size_t file_head_size = 16; // magic, length of the CMS
inline constexpr std::size_t record_head_size = 48;
// An event or a file's head longer than this was not made by us.
inline constexpr std::size_t sealed_event_limit = 4u << 20;

enum class ContentForm : std::uint8_t {
    none,
    ours,      // AES-256-GCM under the record's content key
    authority, // a sum, and CMS for the authority
};

// Records, and the head of a file, begin at multiples of eight octets.
[[nodiscard]] constexpr std::uint64_t padded(std::uint64_t size)
{
    return (size + 7) / 8 * 8;
}

struct RecordHead {
    std::uint64_t event_size = 0;
    std::uint64_t content_size = 0;
    std::uint64_t number = 0; // in the file, from 0
    ContentForm form = ContentForm::none;
    [[nodiscard]] std::uint64_t size() const // with the content's room and the padding
    {
        return padded(record_head_size + event_size + content_size);
    }
};

enum class RecordTrouble : std::uint8_t {
    incomplete, // more may come: the end of what has been written so far
    damaged,    // nothing behind it can be found
};

[[nodiscard]] std::string encode_file_head(std::string_view sealed_key);
// How long the head is, the CMS behind its first file_head_size octets included.
[[nodiscard]] std::expected<std::uint64_t, RecordTrouble>
file_head_length(std::string_view bytes);

// The CMS in a whole head.
[[nodiscard]] std::string_view sealed_key_in(std::string_view head);

// A head and the sealed event.
[[nodiscard]] std::string encode_record(std::uint64_t number, std::string_view event,
                                        ContentForm form, std::uint64_t content_size);
// The head of what stands at the beginning of the bytes.
[[nodiscard]] std::expected<RecordHead, RecordTrouble> read_head(std::string_view bytes);
// Nobody but the authority can see of its CMS whether it is whole: a power cut may have
// taken some of it.
[[nodiscard]] std::string with_sum(std::string_view cms);
// Nothing: it is not as it was written.
[[nodiscard]] std::optional<std::string> without_sum(std::string bytes);

// Whether head and event are as they were written.
[[nodiscard]] bool is_sound(std::string_view head_and_event);

} // namespace tap
