// SPDX-License-Identifier: Apache-2.0
// smtp/reply_parser.cc - replies line by line; see reply_parser.h.
#include "smtp/reply_parser.h"

#include <algorithm>
#include <utility>

namespace smtp {

namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Up to three digits at `at`, which moves on; -1 if there is none or there are more.
int read_number(std::string_view text, std::size_t& at)
{
    int value = 0;
    std::size_t digits = 0;
    while (at < text.size() && is_digit(text[at]) && digits <= 3) {
        value = value * 10 + (text[at] - '0');
        ++at;
        ++digits;
    }
    return digits == 0 || digits > 3 ? -1 : value;
}

bool read_dot(std::string_view text, std::size_t& at)
{
    if (at >= text.size() || text[at] != '.')
        return false;
    ++at;
    return true;
}

std::string printable(std::string_view text)
{
    std::string out(text);
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < 0x20 || c == 0x7f; }, '?');
    return out;
}

// The code of "250 text", "250-text" or "250"; 0 if the line is none of these.
int reply_code(std::string_view line)
{
    if (line.size() < 3 || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2]))
        return 0;
    if (line.size() > 3 && line[3] != ' ' && line[3] != '-')
        return 0;
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    return code >= 200 && code < 600 ? code : 0;
}

} // namespace

std::string EnhancedStatus::text() const
{
    return std::to_string(kind) + "." + std::to_string(subject) + "." +
           std::to_string(detail);
}

EnhancedStatus parse_enhanced_status(std::string_view text)
{
    if (text.size() < 5 || (text[0] != '2' && text[0] != '4' && text[0] != '5'))
        return {};
    EnhancedStatus status{text[0] - '0', 0, 0};
    std::size_t at = 1;
    if (!read_dot(text, at))
        return {};
    status.subject = read_number(text, at);
    if (status.subject < 0 || !read_dot(text, at))
        return {};
    status.detail = read_number(text, at);
    if (status.detail < 0 || (at < text.size() && text[at] != ' '))
        return {};
    return status;
}

EnhancedStatus PeerReply::status() const
{
    const EnhancedStatus given =
        lines.empty() ? EnhancedStatus{} : parse_enhanced_status(lines.front());
    if (given.kind == code / 100)
        return given;
    return {code / 100, 0, 0};
}

std::string PeerReply::text(std::size_t most) const
{
    std::string out = std::to_string(code);
    for (std::size_t i = 0; i < lines.size() && out.size() < most; ++i) {
        out += i == 0 ? " " : "; ";
        out += lines[i];
    }
    if (out.size() > most) {
        out.resize(most > 3 ? most - 3 : 0);
        out += "...";
    }
    return out;
}

bool ReplyParser::begun() const
{
    return state_ == State::more && (seen_lines_ > 0 || !partial_.empty());
}

PeerReply ReplyParser::take()
{
    return std::exchange(reply_, {});
}

void ReplyParser::refuse(std::string why)
{
    state_ = State::malformed;
    why_ = std::move(why);
}

std::size_t ReplyParser::feed(std::string_view bytes)
{
    if (state_ == State::malformed)
        return bytes.size();
    if (state_ == State::complete) {
        state_ = State::more;
        reply_ = {};
    }
    std::size_t used = 0;
    while (state_ == State::more && used < bytes.size()) {
        const std::string_view rest = bytes.substr(used);
        const std::size_t end = rest.find('\n');
        const std::size_t length = end == std::string_view::npos ? rest.size() : end;
        if (partial_.size() + length > limits_.line) {
            refuse("line of more than " + std::to_string(limits_.line) + " bytes");
            break;
        }
        used += end == std::string_view::npos ? length : length + 1;
        if (end == std::string_view::npos) {
            partial_.append(rest);
            break;
        }
        if (partial_.empty()) {
            take_line(rest.substr(0, length));
            continue;
        }
        partial_.append(rest.substr(0, length));
        const std::string line = std::exchange(partial_, {});
        take_line(line);
    }
    return used;
}

// A bare LF is taken as the end too: nothing of what a server says is passed on as mail.
void ReplyParser::take_line(std::string_view line)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    const int code = reply_code(line);
    if (code == 0)
        return refuse("no SMTP reply: " + printable(line.substr(0, 80)));
    if (seen_lines_ > 0 && code != reply_.code)
        return refuse("reply changes its code from " + std::to_string(reply_.code) +
                      " to " + std::to_string(code));
    if (++seen_lines_ > limits_.lines)
        return refuse("reply of more than " + std::to_string(limits_.lines) + " lines");
    reply_.code = code;
    const std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view{};
    if (kept_ + text.size() <= limits_.text) {
        kept_ += text.size();
        reply_.lines.push_back(printable(text));
    }
    if (line.size() > 3 && line[3] == '-')
        return;
    seen_lines_ = 0;
    kept_ = 0;
    state_ = State::complete;
}

} // namespace smtp
