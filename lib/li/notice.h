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
#include <vector>

namespace li {

enum class Notice : std::uint8_t { set_up, change, end, disturbance };

struct Disturbance {
    std::string kind;
    std::string effect;
    Time begin = 0;
    Time expected_end = 0; // 0: not known
    Time recovered = 0;    // 0: not yet
};

// What is told, and what the measure itself does not know of it.
struct Occasion {
    Notice notice = Notice::set_up;
    Time effective = 0;        // since when the servers look for it; 0: they do not yet
    Time changed = 0;          // of Notice::change: which one, for a PDU; 0: the last
    Disturbance disturbance{}; // of Notice::disturbance
};

// Who writes: [tkuev] and the host.
struct Sender {
    std::string operator_id;
    std::string network_element;
    std::string interception_point;
    std::string country;
};

// When it ended or, as things stand, will.
[[nodiscard]] Time actual_end(const Measure& measure);
// Also that an extension has lapsed by now, and the measure runs on without it.
[[nodiscard]] std::vector<Change> changes_after(const Measure& measure, Time time,
                                                Time now);
[[nodiscard]] Time last_change(const Measure& measure, Time now); // 0: none
// Those after the set-up and after the last letter; if there are none, all: it is printed
// once more.
[[nodiscard]] std::vector<Change> untold_changes(const Measure& measure, Time now);
// The letter of a change was written and nothing was changed since: it is a copy.
[[nodiscard]] bool change_is_told(const Measure& measure, Time now);

// Why there is nothing to tell, if so: "the measure is not set up".
[[nodiscard]] std::optional<std::string> nothing_to_tell(Notice notice,
                                                         const Measure& measure, Time now);

[[nodiscard]] std::string letter(const Occasion& occasion, const Measure& measure,
                                 const Authority& authority, const Sender& sender,
                                 Time now);

// DER, or why there is none: the field that the standard does not take, or a set-up that
// has not taken effect.  It has the time of a change; what was changed has no place in it.
[[nodiscard]] std::expected<std::string, std::string>
notice_pdu(const Occasion& occasion, const Measure& measure, const Sender& sender,
           std::uint32_t sequence, Time now);

} // namespace li
