// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include "base/clock.h"

#include <fmt/format.h>

#include <iterator>
#include <syslog.h>
#include <unistd.h>
#include <utility>

namespace base {

namespace {

LogOptions the_options;
EventTaker* the_taker = nullptr;

bool is_plain(std::string_view text)
{
    if (text.empty())
        return false;
    for (const unsigned char c : text)
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\')
            return false;
    return true;
}

// key=value form: quoted when needed, every odd byte as \xHH, so a line stays a line.
void append_quoted(std::string& line, std::string_view text)
{
    if (is_plain(text)) {
        line += text;
        return;
    }
    line += '"';
    for (const unsigned char c : text) {
        if (c == '"' || c == '\\') {
            line += '\\';
            line += static_cast<char>(c);
        } else if (c < 0x20 || c >= 0x7f) {
            fmt::format_to(std::back_inserter(line), "\\x{:02x}", c);
        } else {
            line += static_cast<char>(c);
        }
    }
    line += '"';
}

// JSON strings hold text, not bytes: what is not ASCII is written as \u00HH, byte by byte.
void append_json_string(std::string& line, std::string_view text)
{
    line += '"';
    for (const unsigned char c : text) {
        if (c == '"' || c == '\\') {
            line += '\\';
            line += static_cast<char>(c);
        } else if (c < 0x20 || c >= 0x7f) {
            fmt::format_to(std::back_inserter(line), "\\u{:04x}", c);
        } else {
            line += static_cast<char>(c);
        }
    }
    line += '"';
}

std::string_view level_name(Level level)
{
    switch (level) {
    case Level::error:
        return "error";
    case Level::warning:
        return "warning";
    case Level::notice:
        return "notice";
    case Level::info:
        return "info";
    case Level::debug:
        return "debug";
    }
    return "error";
}

std::string format_key_value(std::string_view event, std::string_view id,
                             std::initializer_list<Field> fields)
{
    std::string line(id.empty() ? "-" : id);
    line += ' ';
    line += event;
    for (const Field& field : fields) {
        line += ' ';
        line += field.key;
        line += '=';
        if (const auto* number = std::get_if<std::int64_t>(&field.value))
            fmt::format_to(std::back_inserter(line), "{}", *number);
        else
            append_quoted(line, std::get<std::string_view>(field.value));
    }
    return line;
}

std::string format_json(std::string_view program, Level level, std::string_view event,
                        std::string_view id, std::initializer_list<Field> fields)
{
    const std::int64_t now = wall_microseconds();
    std::string line = fmt::format(R"({{"time":{}.{:06},"level":"{}","program":)",
                                   now / 1'000'000, now % 1'000'000, level_name(level));
    append_json_string(line, program);
    line += ",\"event\":";
    append_json_string(line, event);
    line += ",\"id\":";
    append_json_string(line, id);
    for (const Field& field : fields) {
        line += ',';
        append_json_string(line, field.key);
        line += ':';
        if (const auto* number = std::get_if<std::int64_t>(&field.value))
            fmt::format_to(std::back_inserter(line), "{}", *number);
        else
            append_json_string(line, std::get<std::string_view>(field.value));
    }
    line += '}';
    return line;
}

void write_log(Level level, std::string text)
{
    switch (the_options.target) {
    case LogTarget::syslog:
        ::syslog(LOG_MAIL | static_cast<int>(level), "%s", text.c_str());
        return;
    case LogTarget::journald: // systemd reads the "<N>" prefix, sd-daemon(3)
        text.insert(0, fmt::format("<{}>", static_cast<int>(level)));
        break;
    case LogTarget::standard_error:
        if (the_options.format == LogFormat::key_value)
            text.insert(
                0, fmt::format("{} {} ", rfc3339(wall_seconds()), the_options.program));
        break;
    }
    text += '\n';
    // A log that cannot be written must not stop the mail; there is nobody to tell.
    (void)!::write(STDERR_FILENO, text.data(), text.size());
}

bool is_wanted(std::string_view event)
{
    return the_taker != nullptr && the_taker->wants(event);
}

} // namespace

void configure_log(LogOptions options)
{
    the_options = std::move(options);
    if (the_options.target == LogTarget::syslog)
        ::openlog(the_options.program.c_str(), LOG_PID | LOG_NDELAY, LOG_MAIL);
}

void set_event_taker(EventTaker* taker)
{
    the_taker = taker;
}

bool logs(Level level, std::string_view event)
{
    return level <= the_options.level || is_wanted(event);
}

std::string format_event(LogFormat format, std::string_view program, Level level,
                         std::string_view event, std::string_view id,
                         std::initializer_list<Field> fields)
{
    if (format == LogFormat::json)
        return format_json(program, level, event, id, fields);
    return format_key_value(event, id, fields);
}

void log(Level level, std::string_view event, std::string_view id,
         std::initializer_list<Field> fields)
{
    std::string line;
    if (is_wanted(event)) {
        line = format_key_value(event, id, fields);
        the_taker->take(line);
    }
    if (level > the_options.level)
        return;
    if (line.empty() || the_options.format != LogFormat::key_value)
        line =
            format_event(the_options.format, the_options.program, level, event, id, fields);
    write_log(level, std::move(line));
}

} // namespace base
