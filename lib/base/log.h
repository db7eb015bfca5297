// SPDX-License-Identifier: Apache-2.0
// base/log.h - one event, one line: "event id key=value key=value".
//
//     base::log(Level::notice, "event-name", session.id(),
//               {{"client", address}, {"rcpt", recipient}, {"code", 554}});
//
// Every event name is described in sponts-log(5); a test holds the two together, so an
// event name is always a literal in the call.  Bytes from outside are escaped here and
// nowhere else: a value with a space, quote, control or non-ASCII byte is written in double
// quotes with \xHH, \" and \\.  Secrets are never passed in.
//
// Threads: configure once before threads start; log() may be called from any thread, and a
// line is one write(2).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace base {

// syslog(3) numbers, so that "<N>" prefixes and priorities need no table.
enum class Level : int { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };
enum class LogTarget { standard_error, journald, syslog };
enum class LogFormat { key_value, json };

struct Field {
    template <class T>
    Field(std::string_view k, const T& v) : key(k)
    {
        if constexpr (std::is_integral_v<T>)
            value = static_cast<std::int64_t>(v);
        else
            value = std::string_view(v);
    }
    std::string_view key;
    std::variant<std::int64_t, std::string_view> value;
};

struct LogOptions {
    std::string program; // tag in syslog, "program" in JSON
    LogTarget target = LogTarget::standard_error;
    LogFormat format = LogFormat::key_value;
    Level level = Level::info;
};

void configure_log(LogOptions options);

// Takes events beside the log, whatever its level; sponts(7) says who files them.
// Threads: called by any thread that logs.
class EventTaker {
public:
    virtual ~EventTaker() = default;
    [[nodiscard]] virtual bool wants(std::string_view event) const = 0;
    // `line` is of the form key_value.
    virtual void take(std::string_view line) = 0;
};

// Null: nobody.  Before threads start, or after they have ended.
void set_event_taker(EventTaker* taker);

// True if a line of this level would be written, or this event would be taken: for callers
// whose fields cost something.
[[nodiscard]] bool logs(Level level, std::string_view event = {});

// `id` is the session or message the event belongs to; "-" or empty where there is none.
void log(Level level, std::string_view event, std::string_view id,
         std::initializer_list<Field> fields = {});

// The line without level prefix and newline, as log() would write it (for tests and tools).
[[nodiscard]] std::string format_event(LogFormat format, std::string_view program,
                                       Level level, std::string_view event,
                                       std::string_view id,
                                       std::initializer_list<Field> fields);

} // namespace base
