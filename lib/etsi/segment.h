// SPDX-License-Identifier: Apache-2.0
// etsi/segment.h - large content in pieces, TS 102 232-1 clause 6.2.4.
//
// Content that fits goes as one CC PDU.  Otherwise: a firstSegmentFlag, the pieces in
// order, a lastSegmentFlag.  All have the CIN of the content and consecutive sequence
// numbers, which the caller takes from its counter; the flags carry no time stamp.
#pragma once

#include "etsi/pdu.h"

#include <cstddef>
#include <cstdint>

namespace etsi {

struct SegmentStep {
    enum class Kind : std::uint8_t { first_flag, piece, last_flag };
    Kind kind = Kind::piece;
    std::size_t offset = 0, size = 0; // of a piece
    bool operator==(const SegmentStep&) const = default;
};

class SegmentPlan {
public:
    // `most` octets of content in one PDU, at least 1.
    SegmentPlan(std::size_t content, std::size_t most);

    [[nodiscard]] std::size_t steps() const { return segmented() ? pieces_ + 2 : 1; }
    [[nodiscard]] SegmentStep step(std::size_t index) const; // below steps()
    [[nodiscard]] bool segmented() const { return pieces_ > 1; }

private:
    std::size_t content_, most_, pieces_;
};

// The PDU of a step: `whole` holds one CcPayload with all the content and the header of the
// first PDU; the sequence number grows by one with each step.
[[nodiscard]] Pdu segment_pdu(const Pdu& whole, const SegmentPlan& plan, std::size_t index);

} // namespace etsi
