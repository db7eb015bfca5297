// SPDX-License-Identifier: Apache-2.0
// base/log_line.h - the inverse of base/log.h: a line of a log back into its event.
//
// Reads what our programs write, in both formats, and what the journal and syslog put in
// front of it.  Everything is a view of the line; only a value that was escaped is copied.
// A line that was cut off is not guessed at: its last field is damaged, or what is missing
// is missing.
#pragma once

#include "base/log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

struct LogLine {
    LogFormat format = LogFormat::key_value;
    // As it is written: RFC 3339 or, in JSON, seconds since 1970; empty if nothing in the
    // line says when, or not in which year.
    std::string_view time;
    std::string_view record; // from the id on, in JSON the whole object: what we have said
    std::string_view id;
    std::string_view event;
    std::string_view fields; // not read yet
};

// Nothing: no program of ours has written it.
[[nodiscard]] std::optional<LogLine> read_log_line(std::string_view line);

struct LogField {
    std::string_view key;
    std::string_view written; // quotes included
};

enum class Taken : std::uint8_t { field, end, damaged };
// Takes the first field off the line.  In JSON `fields` is then empty only if the object
// was closed.
[[nodiscard]] Taken take_field(LogLine& line, LogField& field);

// What was passed to log(); `room` is used where the value had to be escaped.  Nothing: it
// cannot have been written so.
[[nodiscard]] std::optional<std::string_view>
log_value(LogFormat format, std::string_view written, std::string& room);

} // namespace base
