// SPDX-License-Identifier: Apache-2.0
// etsi/segment.cc - where pieces begin and end.
#include "etsi/segment.h"

#include <algorithm>
#include <cassert>

namespace etsi {

SegmentPlan::SegmentPlan(std::size_t content, std::size_t most)
    : content_(content), most_(most), pieces_(content == 0 ? 1 : (content - 1) / most + 1)
{
    assert(most > 0);
}

SegmentStep SegmentPlan::step(std::size_t index) const
{
    assert(index < steps());
    if (segmented() && index == 0)
        return {SegmentStep::Kind::first_flag, 0, 0};
    if (segmented() && index + 1 == steps())
        return {SegmentStep::Kind::last_flag, 0, 0};
    const std::size_t offset = (index - (segmented() ? 1 : 0)) * most_;
    return {SegmentStep::Kind::piece, offset, std::min(most_, content_ - offset)};
}

Pdu segment_pdu(const Pdu& whole, const SegmentPlan& plan, std::size_t index)
{
    const SegmentStep step = plan.step(index);
    Pdu pdu{whole.header, {}};
    pdu.header.sequence_number += static_cast<std::uint32_t>(index);
    if (step.kind == SegmentStep::Kind::piece) {
        CcPayload payload = std::get<CcPayloads>(whole.payload).at(0);
        payload.cc.content = payload.cc.content.substr(step.offset, step.size);
        pdu.payload = CcPayloads{payload};
        return pdu;
    }
    pdu.header.time.reset();
    pdu.payload = Tri(step.kind == SegmentStep::Kind::first_flag ? TriFlag::first_segment
                                                                 : TriFlag::last_segment);
    return pdu;
}

} // namespace etsi
