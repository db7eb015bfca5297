// SPDX-License-Identifier: Apache-2.0
#include "etsi/samples_test.h"
#include "etsi/segment.h"

#include <doctest/doctest.h>

using etsi::SegmentPlan;
using etsi::SegmentStep;

TEST_CASE("etsi: content that fits is one PDU, whatever else is in three parts")
{
    struct Case {
        std::size_t content, most, steps;
    };
    for (const auto& [content, most, steps] :
         {Case{0, 10, 1}, Case{1, 10, 1}, Case{10, 10, 1}, Case{11, 10, 4}, Case{20, 10, 4},
          Case{21, 10, 5}, Case{3, 1, 5}, Case{1000, 999, 4}}) {
        const SegmentPlan plan(content, most);
        REQUIRE(plan.steps() == steps);
        std::size_t next = 0;
        for (std::size_t i = 0; i < steps; ++i) {
            const SegmentStep step = plan.step(i);
            if (step.kind != SegmentStep::Kind::piece) {
                CHECK(step == SegmentStep{i == 0 ? SegmentStep::Kind::first_flag
                                                 : SegmentStep::Kind::last_flag});
                CHECK((i == 0 || i + 1 == steps));
                continue;
            }
            CHECK(step.offset == next);
            CHECK(step.size <= most);
            next += step.size;
        }
        CHECK(next == content);
    }
}

TEST_CASE("etsi: the pieces have consecutive numbers, the flags no time")
{
    etsi::Pdu whole = etsi::samples::content(); // 19 octets
    whole.header.sequence_number = 7;
    const SegmentPlan plan(19, 8);
    std::string content;
    for (std::size_t i = 0; i < plan.steps(); ++i) {
        const etsi::Pdu pdu = etsi::segment_pdu(whole, plan, i);
        CHECK(pdu.header.sequence_number == 7 + i);
        CHECK(pdu.header.cin == whole.header.cin);
        CHECK(etsi::encode(pdu).has_value());
        if (const auto* payloads = std::get_if<etsi::CcPayloads>(&pdu.payload)) {
            CHECK(pdu.header.time == whole.header.time);
            CHECK(payloads->at(0).direction == etsi::PayloadDirection::from_target);
            content += payloads->at(0).cc.content;
        } else {
            CHECK_FALSE(pdu.header.time.has_value());
            CHECK(pdu.payload ==
                  etsi::Payload(etsi::Tri(i == 0 ? etsi::TriFlag::first_segment
                                                 : etsi::TriFlag::last_segment)));
        }
    }
    CHECK(content == std::get<etsi::CcPayloads>(whole.payload)[0].cc.content);
    CHECK(etsi::segment_pdu(whole, SegmentPlan(19, 100), 0) == whole);
}
