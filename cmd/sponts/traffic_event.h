// SPDX-License-Identifier: Apache-2.0
// sponts/traffic_event.h - the lines of a log that say how much was carried for whom.
//
// Pure.  Such a line counts only if it is whole: each key that is needed is there, and with
// it the one that is written last.
#pragma once

#include "base/log_line.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sponts {

struct TrafficEvent {
    enum class Kind : std::uint8_t {
        accepted,  // a message taken from its sender
        delivered, // a message handed on to some of its recipients
        session,   // somebody has read his mail
    };
    Kind kind = Kind::accepted;
    std::string_view login;      // accepted: "" without one; session: the user
    std::string_view sender;     // accepted
    std::string_view to;         // delivered: addresses, see text/address_list.h
    std::uint64_t addresses = 0; // in `to`
    std::uint64_t size = 0;      // of the message
    std::uint64_t up = 0;        // session: octets from and to the user
    std::uint64_t down = 0;
};

enum class Reading : std::uint8_t {
    traffic,
    other,   // an event that carries nothing
    damaged, // should have been one that does
};

class TrafficReader {
public:
    // The views in `event` are good until the next call, and as long as the line.
    [[nodiscard]] Reading read(const base::LogLine& line, TrafficEvent& event);

private:
    [[nodiscard]] Reading read_accepted(const base::LogLine& line, TrafficEvent& event);
    [[nodiscard]] Reading read_delivered(const base::LogLine& line, TrafficEvent& event);
    [[nodiscard]] Reading read_session(const base::LogLine& line, TrafficEvent& event);

    std::array<std::string, 2> rooms_; // for values that were escaped
};

} // namespace sponts
