// SPDX-License-Identifier: Apache-2.0
#include "text/header_scanner.h"

#include "text/lines.h"

#include <algorithm>
#include <cstring>

namespace text {

namespace {

constexpr std::size_t max_known_name = 32;
constexpr std::size_t max_message_id = 250;

} // namespace

std::size_t HeaderScanner::scan(std::string_view bytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::done) {
        const std::string_view rest = bytes.substr(used);
        if (state_ == State::line_start)
            begin_line(rest.front());
        const std::size_t step = state_ == State::name ? take_name(rest) : take_rest(rest);
        used += step;
        size_ += step;
    }
    return used;
}

// A line that begins with a blank continues the field before it (RFC 5322 2.2.3).
void HeaderScanner::begin_line(char first)
{
    line_ = 0;
    if (first == ' ' || first == '\t') {
        state_ = State::rest;
        return;
    }
    end_field();
    name_.clear();
    state_ = State::name;
}

// Up to and with the colon, or to the end of a line that has none.
std::size_t HeaderScanner::take_name(std::string_view bytes)
{
    const std::size_t end = std::min(bytes.find_first_of(":\n"), bytes.size());
    // One byte more than any name we know: enough to see that it is none of them.
    name_ += to_lower(bytes.substr(0, std::min(end, max_known_name + 1 - name_.size())));
    line_ += end;
    if (end == bytes.size())
        return end;
    if (bytes[end] == '\n') {
        end_line_without_colon();
        return end + 1;
    }
    ++line_;
    begin_field();
    state_ = State::rest;
    return end + 1;
}

// What stands behind the colon, with the LF.
std::size_t HeaderScanner::take_rest(std::string_view bytes)
{
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    if (in_message_id_ && message_id_text_.size() < max_message_id)
        message_id_text_ += bytes.substr(0, std::min(end, max_message_id));
    line_ += end;
    if (end == bytes.size())
        return end;
    end_line();
    state_ = State::line_start;
    return end + 1;
}

// Empty: the header ends.  Anything else ends it too for many readers, but for a relay a
// line of nonsense ("From user@host ...") is only another line.
void HeaderScanner::end_line_without_colon()
{
    const bool empty = line_ == 0 || (line_ == 1 && name_ == "\r");
    if (!empty)
        ++fields_;
    end_line();
    state_ = empty ? State::done : State::line_start;
}

void HeaderScanner::end_line()
{
    longest_line_ = std::max(longest_line_, line_);
}

void HeaderScanner::begin_field()
{
    ++fields_;
    const std::string_view name = name_.size() > max_known_name ? "" : trim(name_);
    received_ += name == "received" ? 1 : 0;
    delivered_to_ += name == "delivered-to" ? 1 : 0;
    return_path_ |= name == "return-path";
    date_ |= name == "date";
    from_ |= name == "from";
    in_message_id_ = name == "message-id" && !message_id_;
    message_id_ |= in_message_id_;
}

void HeaderScanner::end_field()
{
    if (!in_message_id_)
        return;
    in_message_id_ = false;
    std::erase_if(message_id_text_, [](char c) { return c == '\r'; });
    message_id_text_ = printable(trim(message_id_text_), max_message_id);
}

void HeaderScanner::finish()
{
    end_field();
    if (state_ != State::done)
        end_line();
    state_ = State::done;
}

} // namespace text
