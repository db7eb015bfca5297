// SPDX-License-Identifier: Apache-2.0
// audit/wire.h - what programs and tkuev-auditd(8) say to each other.  Pure.
//
//     note 1                          noted 17 anna
//     act measure-create          or  denied no-role anna%20may%20not%20operate
//     outcome intended            or  denied unavailable disk%20full
//     ... every field, once, in the order of Entry; values as escape() writes them
//     needs operate
//     (an empty line)
//
// One request, one answer; lines end with a newline.
#pragma once

#include "audit/client.h"
#include "audit/entry.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace audit {

inline constexpr std::size_t max_value = 2048;       // bytes of a field
inline constexpr std::size_t max_request = 64 << 10; // bytes on the wire
inline constexpr std::size_t max_answer = 8 << 10;

using Answer = std::expected<Noted, Denial>;

[[nodiscard]] std::string encode_request(const Entry& entry);
[[nodiscard]] std::string encode_answer(const Answer& answer);
// Nothing unless it is an answer; `line` without its newline.
[[nodiscard]] std::optional<Answer> parse_answer(std::string_view line);

// Takes a request as it comes in.
class RequestParser {
public:
    enum class State { more, complete, malformed };
    State take(std::string_view bytes);
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const Entry& entry() const { return entry_; }   // complete
    [[nodiscard]] const std::string& why() const { return why_; } // malformed

private:
    void take_line(std::string_view line);
    void take_field(std::string_view name, std::string value);
    void finish();
    void refuse(std::string why);

    State state_ = State::more;
    std::size_t heard_ = 0;
    std::size_t next_ = 0; // line expected
    std::string rest_;     // of a line
    Entry entry_;
    std::string why_;
};

} // namespace audit
