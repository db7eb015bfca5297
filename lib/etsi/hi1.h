// SPDX-License-Identifier: Apache-2.0
// etsi/hi1.h - HI1-Operation (HI1NotificationOperations version 7, kept in TS 102 232-1):
// notices that a measure was set up, changed or ended, and alarms.
//
// The texts of the notices that people read are not made here.
#pragma once

#include "etsi/der_writer.h"
#include "etsi/fault.h"
#include "etsi/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace etsi {

inline constexpr std::size_t most_hi1_operator = 5;
inline constexpr std::size_t most_target_information = 256;
inline constexpr std::size_t most_alarm_information = 256;
inline constexpr int most_offset_minutes = 24 * 60 - 1;

enum class Season : std::uint8_t { not_provided = 0, winter = 1, summer = 2 };

// TimeStamp: with an offset the local time of the place, else UTC to the second.
struct Hi1Time {
    MicroTime time;
    std::optional<int> offset_minutes; // local time minus UTC
    Season season = Season::not_provided;
    bool operator==(const Hi1Time&) const = default;
};

enum class Hi1Kind : std::uint8_t { activated = 1, deactivated = 2, modified = 3 };

struct Hi1Notification {
    Hi1Kind kind = Hi1Kind::activated;
    bool domain_id = false;  // domainID is there "once using FTP"
    std::string liid;        // 1..25
    std::string operator_id; // to 5 octets; empty: no communicationIdentifier
    Hi1Time time;
    std::string target_information; // to 256 octets: the identity; empty: not sent
    bool operator==(const Hi1Notification&) const = default;
};

struct AlarmIndicator {
    bool domain_id = false;
    std::string operator_id;
    Hi1Time time;
    std::string alarm_information; // 1..256 octets, free text
    std::string liid;              // empty: not sent (an alarm of the whole equipment)
    bool operator==(const AlarmIndicator&) const = default;
};

using Hi1Operation = std::variant<Hi1Notification, AlarmIndicator>;

[[nodiscard]] Checked check(const Hi1Operation& operation);
// The chosen alternative with its own tag.
void put(DerWriter& out, const Hi1Operation& operation);

} // namespace etsi
