// SPDX-License-Identifier: Apache-2.0
// etsi/time.h - moments as the hand-over writes them.  No clock, no time zone data: who
// wants local time gives the offset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace etsi {

// MicroSecondTimeStamp: seconds since 1970 in UTC, and the rest.
struct MicroTime {
    std::uint64_t seconds = 0;
    std::uint32_t micros = 0; // 0..999999

    static MicroTime from_microseconds(std::uint64_t since_1970)
    {
        return {since_1970 / 1'000'000, static_cast<std::uint32_t>(since_1970 % 1'000'000)};
    }
    [[nodiscard]] std::uint64_t microseconds() const
    {
        return seconds * 1'000'000 + micros;
    }
    bool operator==(const MicroTime&) const = default;
};

// The end of the year 9999, after which four digits are not enough.
inline constexpr std::uint64_t last_second = 253'402'300'799;

// The end of 2049, after which the two digits of UTCTime mean another century.
inline constexpr std::uint64_t last_utc_second = 2'524'607'999;

// "20250101120000.123456Z": X.690 11.7, so without zeros at the end of the fraction.
[[nodiscard]] std::string generalized_time_text(MicroTime time);
// "250101120000Z": X.690 11.8; the fraction is cut.
[[nodiscard]] std::string utc_time_text(MicroTime time);
// "20250101130000.123456": the same moment on a clock `offset_minutes` ahead of UTC.
[[nodiscard]] std::string local_time_text(MicroTime time, int offset_minutes);
// Reads what generalized_time_text() writes, and nothing else.
[[nodiscard]] std::optional<MicroTime> from_generalized_time(std::string_view text);

} // namespace etsi
