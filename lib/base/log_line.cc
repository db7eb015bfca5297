// SPDX-License-Identifier: Apache-2.0
#include "base/log_line.h"

#include <algorithm>

namespace base {

namespace {

using std::string_view;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Up to the first space, which goes too; empty if there is none.
string_view take_word(string_view& text)
{
    const auto space = text.find(' ');
    if (space == string_view::npos)
        return {};
    const string_view word = text.substr(0, space);
    text.remove_prefix(space + 1);
    return word;
}

bool fits(string_view text, string_view pattern)
{
    return text.size() >= pattern.size() &&
           std::ranges::equal(pattern, text.substr(0, pattern.size()), [](char p, char c) {
               return p == '9' ? is_digit(c) : p == 'A' ? c >= 'A' && c <= 'z' : p == c;
           });
}

// "<6>", as sd-daemon(3) reads it.
void drop_priority(string_view& line)
{
    if (fits(line, "<9>"))
        line.remove_prefix(3);
}

// What is written in front with a time: by syslogd or the journal also a host and
// "program[pid]:", by ourselves the program.  False: nothing of the kind.
bool drop_prefix(string_view& line, string_view& time)
{
    if (fits(line, "9999-99-99T99:99:99"))
        time = take_word(line);
    else if (fits(line, "AAA 99 99:99:99 ") || fits(line, "AAA  9 99:99:99 "))
        line.remove_prefix(16);
    else
        return false;
    if (fits(line, "9999-99-99T")) // a collector's time before ours
        return true;
    const bool tagged = take_word(line).ends_with(':');
    string_view rest = line;
    if (!tagged && take_word(rest).ends_with(':'))
        line = rest;
    return true;
}

bool is_event_name(string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
    });
}

// The length of a quoted value at the front, quotes included; 0 if it does not end.
std::size_t quoted_size(string_view text)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

// -- key=value ----------------------------------------------------------------------------

bool read_key_value(LogLine& line)
{
    string_view rest = line.record;
    line.id = take_word(rest);
    const auto end = std::min(rest.find(' '), rest.size());
    line.event = rest.substr(0, end);
    line.fields = rest.substr(end);
    return !line.id.empty() && !line.id.contains('=') && is_event_name(line.event);
}

Taken take_key_value(string_view& fields, LogField& field)
{
    if (fields.empty())
        return Taken::end;
    const auto equals = fields.find('=');
    if (!fields.starts_with(' ') || equals == string_view::npos || equals < 2)
        return Taken::damaged;
    field.key = fields.substr(1, equals - 1);
    const string_view value = fields.substr(equals + 1);
    const std::size_t size = value.starts_with('"')
                                 ? quoted_size(value)
                                 : std::min(value.find(' '), value.size());
    if (size == 0 || field.key.contains(' '))
        return Taken::damaged;
    field.written = value.substr(0, size);
    fields = value.substr(size);
    return Taken::field;
}

// -- JSON ---------------------------------------------------------------------------------

// `before` is "{" or ",".
Taken take_member(string_view& object, char before, LogField& field)
{
    if (object == "}") {
        object = {};
        return Taken::end;
    }
    string_view rest = object;
    if (!rest.starts_with(before) || !rest.substr(1).starts_with('"'))
        return Taken::damaged;
    rest.remove_prefix(1);
    const std::size_t key = quoted_size(rest);
    if (key < 2 || !rest.substr(key).starts_with(':'))
        return Taken::damaged;
    field.key = rest.substr(1, key - 2);
    rest.remove_prefix(key + 1);
    const std::size_t size =
        rest.starts_with('"') ? quoted_size(rest) : rest.find_first_of(",}");
    if (size == 0 || size == string_view::npos)
        return Taken::damaged;
    field.written = rest.substr(0, size);
    object = rest.substr(size);
    return Taken::field;
}

string_view without_quotes(string_view written)
{
    return written.size() < 2 ? written : written.substr(1, written.size() - 2);
}

bool read_json(LogLine& line)
{
    line.fields = line.record;
    char before = '{';
    for (const string_view key : {"time", "level", "program", "event", "id"}) {
        LogField field;
        if (take_member(line.fields, before, field) != Taken::field || field.key != key)
            return false;
        if (key == "time")
            line.time = field.written;
        else if (key == "event")
            line.event = without_quotes(field.written);
        else if (key == "id")
            line.id = without_quotes(field.written);
        before = ',';
    }
    return is_event_name(line.event);
}

// -- values -------------------------------------------------------------------------------

// -1: none of the digits we write.
int hex_digit(char c)
{
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// `text` begins behind the backslash.
bool append_unescaped(string_view& text, string_view hex_mark, std::string& out)
{
    if (text.starts_with('"') || text.starts_with('\\')) {
        out += text.front();
        text.remove_prefix(1);
        return true;
    }
    if (!text.starts_with(hex_mark) || text.size() < hex_mark.size() + 2)
        return false;
    const int high = hex_digit(text[hex_mark.size()]);
    const int low = hex_digit(text[hex_mark.size() + 1]);
    if (high < 0 || low < 0)
        return false;
    out += static_cast<char>(16 * high + low);
    text.remove_prefix(hex_mark.size() + 2);
    return true;
}

} // namespace

std::optional<LogLine> read_log_line(string_view text)
{
    LogLine line;
    drop_priority(text);
    for (int layers = 0; layers < 3 && drop_prefix(text, line.time); ++layers)
        drop_priority(text);
    line.record = text;
    if (text.starts_with('{'))
        line.format = LogFormat::json;
    const bool ours =
        line.format == LogFormat::json ? read_json(line) : read_key_value(line);
    return ours ? std::optional(line) : std::nullopt;
}

Taken take_field(LogLine& line, LogField& field)
{
    return line.format == LogFormat::json ? take_member(line.fields, ',', field)
                                          : take_key_value(line.fields, field);
}

std::optional<string_view> log_value(LogFormat format, string_view written,
                                     std::string& room)
{
    if (!written.starts_with('"'))
        return written;
    string_view text = without_quotes(written);
    auto backslash = text.find('\\');
    if (backslash == string_view::npos)
        return text;
    room.clear();
    const string_view hex_mark = format == LogFormat::json ? "u00" : "x";
    while (backslash != string_view::npos) {
        room += text.substr(0, backslash);
        text.remove_prefix(backslash + 1);
        if (!append_unescaped(text, hex_mark, room))
            return std::nullopt;
        backslash = text.find('\\');
    }
    room += text;
    return room;
}

} // namespace base
