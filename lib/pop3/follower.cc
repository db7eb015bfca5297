// SPDX-License-Identifier: Apache-2.0
#include "pop3/follower.h"

#include "text/words.h"

#include <algorithm>

namespace pop3 {

namespace {

// Dovecot skips spaces only, others every kind of white space; where a server does not, it
// knows no such command and refuses it.
bool is_blank(char c)
{
    return c > '\0' && c <= ' ';
}

// Adds what `line` has room for.
void keep(std::string& line, std::string_view part)
{
    line.append(part.substr(0, Follower::kept - std::min(Follower::kept, line.size())));
}

// Takes the rest of a line and its LF, if that has come, from `bytes`.
std::string_view take_part(std::string_view& bytes, bool& complete)
{
    const std::size_t newline = bytes.find('\n');
    const std::string_view part = bytes.substr(0, newline);
    complete = newline != std::string_view::npos;
    bytes.remove_prefix(part.size() + (complete ? 1 : 0));
    return part;
}

} // namespace

Fetch Follower::Asked::fetch() const
{
    Fetch what{message, {}};
    if (verb == Verb::top)
        what.lines = has_lines ? lines : 0;
    return what;
}

// RFC 1939, 2449, 6856; AUTH alone lists mechanisms with some servers.
bool Follower::Asked::multi_line() const
{
    switch (verb) {
    case Verb::retr:
    case Verb::top:
    case Verb::capa:
        return true;
    case Verb::list:
    case Verb::uidl:
    case Verb::lang:
    case Verb::auth:
        return !has_argument;
    default:
        return false;
    }
}

// Adds bytes to `line` up to its LF and takes them from `bytes`; true when it is complete.
bool Follower::gather(std::string& line, std::string_view& bytes)
{
    bool complete = false;
    keep(line, take_part(bytes, complete));
    return complete;
}

void Follower::client(std::string_view bytes)
{
    while (!bytes.empty()) {
        bool complete = false;
        keep_command(take_part(bytes, complete));
        if (!complete)
            return;
        take_command(command_);
        command_.clear();
    }
}

// One space for each run of blanks, or a long one would hide what is behind it.
void Follower::keep_command(std::string_view part)
{
    for (const char c : part) {
        if (command_.size() == kept)
            return;
        if (!is_blank(c))
            command_ += c;
        else if (!command_.ends_with(' '))
            command_ += ' ';
    }
}

void Follower::take_command(std::string_view line)
{
    const Command command = parse_command(line.substr(0, line.find('\0')));
    const Numbers numbers = numbers_of(command);
    asked_.push_back({.verb = command.verb,
                      .has_argument = !command.argument.empty(),
                      .has_lines = numbers.lines.has_value(),
                      .message = numbers.message,
                      .lines = numbers.lines.value_or(0)});
}

void Follower::server(std::string_view bytes)
{
    while (!bytes.empty()) {
        if (in_text_) {
            bytes.remove_prefix(take_text(bytes));
        } else if (gather(status_, bytes)) {
            take_status(text::without_cr(status_));
            status_.clear();
        }
    }
}

// What a server says unasked (a farewell after a time of silence) answers nothing.
void Follower::take_status(std::string_view line)
{
    if (asked_.empty())
        return;
    const Asked asked = asked_.front();
    asked_.erase(asked_.begin()); // a few hundred bytes to move, at the most some kB
    const Reply reply = parse_reply(line);
    if (reply.indicator == Indicator::ok)
        take_positive(asked, reply);
    else if (asked.text())
        observer_->fetch_refused(asked.fetch(), reply);
    else if (asked.verb == Verb::quit)
        observer_->quit(false);
}

void Follower::take_positive(const Asked& asked, const Reply& reply)
{
    if (asked.multi_line()) {
        current_ = asked;
        in_text_ = true;
        at_ = At::line_start;
        if (asked.text())
            observer_->fetch_began(asked.fetch());
        else if (asked.verb == Verb::uidl)
            observer_->listing_began();
        return;
    }
    if (is_read(asked.verb))
        take_item(asked.verb, reply.text);
    else if (asked.verb == Verb::dele)
        observer_->marked(asked.message);
    else if (asked.verb == Verb::rset)
        observer_->unmarked();
    else if (asked.verb == Verb::quit)
        observer_->quit(true);
    else if (asked.verb == Verb::stls)
        trouble_ = "server began TLS after the login";
}

// Up to the end of the answer or of the bytes; returns how many it took.  What may be the
// beginning of the end is held back until it is known.
std::size_t Follower::take_text(std::string_view bytes)
{
    std::size_t begin = 0; // of what has not been passed yet
    std::size_t i = 0;
    while (i < bytes.size()) {
        if (at_ == At::middle || at_ == At::cr) {
            const std::size_t newline = bytes.find('\n', i);
            if (newline == std::string_view::npos) {
                at_ = bytes.back() == '\r' ? At::cr : At::middle;
                break;
            }
            const bool after_cr = newline > i ? bytes[newline - 1] == '\r' : at_ == At::cr;
            at_ = after_cr ? At::line_start : At::middle;
            i = newline + 1;
            continue;
        }
        const At before = at_;
        if (before == At::line_start && bytes[i] == '.') {
            pass(bytes.substr(begin, i - begin));
            begin = i + 1;
        } else if (before == At::dot && bytes[i] == '\r') {
            begin = i + 1;
        }
        if (step(bytes[i])) {
            finish();
            return i + 1;
        }
        ++i;
    }
    pass(bytes.substr(begin));
    return bytes.size();
}

// One byte at the beginning of a line; true: it was the last of the answer.
bool Follower::step(char c)
{
    switch (at_) {
    case At::line_start:
        at_ = c == '.' ? At::dot : c == '\r' ? At::cr : At::middle;
        return false;
    case At::dot:
        if (c != '\r')
            pass(".");
        at_ = c == '\r' ? At::dot_cr : At::middle;
        return false;
    case At::dot_cr:
        if (c == '\n')
            return true;
        pass(".\r");
        at_ = c == '\r' ? At::cr : At::middle;
        return false;
    case At::middle:
    case At::cr:
        break;
    }
    return false;
}

void Follower::pass(std::string_view bytes)
{
    if (bytes.empty())
        return;
    if (current_.text())
        observer_->fetched(bytes);
    else if (is_read(current_.verb))
        take_listed(bytes);
}

bool Follower::is_read(Verb verb) const
{
    return verb == Verb::uidl || (verb == Verb::list && sizes_ == Sizes::told);
}

// A line that has come whole, as nearly all do, is not copied.
void Follower::take_listed(std::string_view bytes)
{
    while (!bytes.empty()) {
        bool complete = false;
        const std::string_view part = take_part(bytes, complete);
        if (complete && status_.empty()) {
            take_item(current_.verb, text::without_cr(part.substr(0, kept)));
            continue;
        }
        keep(status_, part);
        if (!complete)
            return;
        take_item(current_.verb, text::without_cr(status_));
        status_.clear();
    }
}

// "17 whqtswO00WBw418f9t5JxYwZ", "17 4096" (RFC 1939 sections 5 and 7), of LIST perhaps
// with more behind it.
void Follower::take_item(Verb verb, std::string_view line)
{
    const std::size_t blank = line.find(' ');
    const auto message = text::number_in<std::uint32_t>(line.substr(0, blank));
    if (!message || blank == std::string_view::npos)
        return;
    const std::string_view rest = line.substr(blank + 1);
    if (verb == Verb::uidl)
        observer_->identified(*message, rest);
    else if (const auto octets =
                 text::number_in<std::uint64_t>(rest.substr(0, rest.find(' '))))
        observer_->sized(*message, *octets);
}

void Follower::finish()
{
    in_text_ = false;
    status_.clear();
    if (current_.text())
        observer_->fetch_ended(true);
    else if (current_.verb == Verb::uidl)
        observer_->listing_ended(true);
}

void Follower::ended()
{
    if (in_text_ && current_.text())
        observer_->fetch_ended(false);
    else if (in_text_ && current_.verb == Verb::uidl)
        observer_->listing_ended(false);
    in_text_ = false;
    asked_.clear();
}

} // namespace pop3
