// SPDX-License-Identifier: Apache-2.0
// etsi/header.h - PSHeader of TS 102 232-1: whose traffic, which session, which number,
// when.
//
// Filled by who keeps measures and counters; nothing here is invented or looked up.
#pragma once

#include "etsi/der_writer.h"
#include "etsi/fault.h"
#include "etsi/time.h"
#include "etsi/versions.h"

#include <cstdint>
#include <optional>
#include <string>

namespace etsi {

inline constexpr std::size_t most_liid = 25;
inline constexpr std::size_t most_operator_id = 16;
inline constexpr std::size_t most_network_element = 16;
inline constexpr std::size_t most_interception_point = 8;

enum class TimeQualifier : std::uint8_t {
    unknown = 0,
    interception = 1,
    mediation = 2,
    aggregation = 3,
};

struct PsHeader {
    unsigned version = newest_header;  // genHeader, oldest_header..newest_header
    std::string liid;                  // lawfulInterceptionIdentifier, 1..25 octets
    std::string authorization_country; // "DE"; empty: not sent
    std::string operator_id;           // 1..16 octets
    std::string network_element;       // to 16 octets; empty: not sent
    std::optional<std::uint32_t> cin;  // communicationIdentityNumber
    std::string delivery_country;      // "DE"; empty: not sent
    std::uint32_t sequence_number = 0; // of this LIID, CIN and kind of data
    std::string interception_point;    // to 8 printable characters; empty: not sent
    std::optional<MicroTime> time;     // none in the flags around segments
    TimeQualifier qualifier = TimeQualifier::interception; // of `time`

    bool operator==(const PsHeader&) const = default;
};

[[nodiscard]] Checked check(const PsHeader& header);
// PSHeader with tag [1].  `header` has been checked.
void put(DerWriter& out, const PsHeader& header);

// A time in the form the version has: microSecondTimeStamp with its tag, or
// GeneralizedTime with its own.
struct TimeTags {
    unsigned generalized = 0, micro = 0, qualifier = 0;
};
void put_late_time(DerWriter& out, const std::optional<MicroTime>& time,
                   TimeQualifier qualifier, TimeTags tags, unsigned version);
void put_early_time(DerWriter& out, const std::optional<MicroTime>& time, TimeTags tags,
                    unsigned version);
[[nodiscard]] Checked check(const MicroTime& time);

// Two capital letters; `text` may be empty where the field is optional.
[[nodiscard]] Checked check_country(std::string_view field, std::string_view text);
[[nodiscard]] Checked check_size(std::string_view field, std::string_view text,
                                 std::size_t least, std::size_t most);
// Any of X.680's PrintableString characters.
[[nodiscard]] bool is_printable_string(std::string_view text);

} // namespace etsi
