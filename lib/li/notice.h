// SPDX-License-Identifier: Apache-2.0
// li/notice.h - what an authority is told: that its measure was set up, changed or ended
// (TKÜV § 5 (5)), and of disturbances (TKÜV § 13).
//
// Pure.  Letters are German, ready to be printed; the same as a PDU is a HI1-Operation of
// TS 102 232-1.
#pragma once

#include "li/measure.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace li {

enum class Notice : std::uint8_t { set_up, change, end, disturbance };

struct Disturbance {
    std::string kind;
    std::string effect;
    Time begin = 0;
    Time expected_end = 0; // 0: not known
    Time recovered = 0;    // 0: not yet
};

// Who writes: [tkuev] and the host.
struct Sender {
    std::string operator_id;
    std::string network_element;
    std::string interception_point;
    std::string country;
};

// Why there is nothing to tell, if so: "the measure is not set up".
[[nodiscard]] std::optional<std::string> nothing_to_tell(Notice notice,
                                                         const Measure& measure, Time now);

// `disturbance` belongs to Notice::disturbance.
[[nodiscard]] std::string letter(Notice notice, const Measure& measure,
                                 const Authority& authority, const Sender& sender,
                                 const Disturbance& disturbance, Time now);

// DER, or the field that the standard does not take.
[[nodiscard]] std::expected<std::string, std::string>
notice_pdu(Notice notice, const Measure& measure, const Sender& sender,
           const Disturbance& disturbance, std::uint32_t sequence, Time now);

} // namespace li
