// SPDX-License-Identifier: Apache-2.0
// spool/record.h - the bytes of a record in front of and behind its message.
#pragma once

#include "spool/envelope.h"
#include "spool/format.h"

#include <array>
#include <string>
#include <string_view>

namespace spool {

struct RecordText {
    std::string prefix; // header, envelope, blank line, padding
    std::array<char, end_mark_size + record_alignment> tail; // end mark, padding
    std::size_t tail_size = 0;

    [[nodiscard]] std::string_view tail_text() const { return {tail.data(), tail_size}; }
};

struct RecordPlace {
    SegmentNumber segment = 0;
    std::uint64_t key = 0;
    std::uint32_t offset = 0;
};

// In two steps, because the place is chosen by size: first everything that does not depend
// on the place (the size is final then), throws Failure when the envelope is larger than
// max_envelope; then header, id and end mark.
[[nodiscard]] RecordText begin_record(const Envelope& envelope);
void place_record(RecordText& text, const RecordPlace& place, MessageId id,
                  std::uint32_t message_size, std::uint64_t message_sum);

// Of the whole record.
[[nodiscard]] std::uint64_t record_size(const RecordText& text, std::uint64_t message_size);

} // namespace spool
