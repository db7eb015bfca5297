// SPDX-License-Identifier: Apache-2.0
// spool/scan.h - goes from record to record through one segment.  Format: sponts-spool(5).
//
// What is trusted: a sealed segment, and an open one as far as its writer says it is
// durable.  There every byte belongs to a record, and what does not is damage.  A segment
// whose writer died is scanned with checksums, and what follows its last whole record is a
// torn tail: nobody was told 250 for it.
#pragma once

#include "spool/envelope.h"
#include "spool/format.h"
#include "spool/window.h"

#include <cstdint>
#include <string>

namespace spool {

struct Scanned {
    Location where;
    RecordHeader header;
    std::uint64_t sum = 0; // of the message, as the end mark says
    Envelope envelope;
    std::string why; // what is wrong with a damaged one
};

enum class Trust : std::uint8_t { all, checksums };

class Scan {
public:
    Scan(Window& window, const SegmentHead& head) : window_(window), head_(head) {}

    enum class Kind : std::uint8_t { record, erased, sealed, broken };
    // What stands at this very place?
    Kind examine(std::uint64_t offset, Trust trust, Scanned& out);

    enum class Step : std::uint8_t { record, damaged, end };
    // The next record or damage at or behind `offset`, which moves behind it.  `end`: with
    // Trust::all the limit is reached; with checksums `offset` is behind the last whole
    // one.
    Step next(std::uint64_t& offset, Trust trust, Scanned& out);

private:
    [[nodiscard]] bool broken(Scanned& out, std::string_view why) const;
    [[nodiscard]] bool read_envelope(std::uint64_t offset, Scanned& out);
    [[nodiscard]] bool read_end_mark(std::uint64_t offset, Scanned& out);
    [[nodiscard]] std::uint64_t sum_of_message(std::uint64_t from, std::uint64_t size);
    [[nodiscard]] std::uint64_t find_header(std::uint64_t from);

    Window& window_;
    const SegmentHead& head_;
};

} // namespace spool
