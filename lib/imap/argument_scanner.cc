// SPDX-License-Identifier: Apache-2.0
#include "imap/argument_scanner.h"

#include "text/lines.h"

#include <algorithm>
#include <utility>

namespace imap {

namespace {

bool is_word_char(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && c != '%' && c != '*';
}

} // namespace

void ArgumentScanner::begin(Of of)
{
    of_ = of;
    at_ = of == Of::nothing ? At::lost : of == Of::replace ? At::number : At::mailbox;
    in_ = In::blank;
    sound_ = of == Of::upload;
    escaped_ = ended_by_cr_ = counted_ = too_long_ = false;
    messages_ = 0;
    std::exchange(word_, {});
    std::exchange(mailbox_, {});
    std::exchange(flags_, {});
}

void ArgumentScanner::lose()
{
    sound_ = false;
    if (at_ != At::mailbox && at_ != At::number)
        at_ = At::lost;
}

void ArgumentScanner::text(std::string_view text)
{
    for (std::size_t i = 0; i < text.size() && at_ != At::lost; ++i) {
        if (std::exchange(ended_by_cr_, false))
            lose(); // it was not that of the line end
        if (in_ == In::quoted)
            take_quoted(text[i]);
        else
            take(text[i]);
    }
}

void ArgumentScanner::take_quoted(char c)
{
    const bool escaped = std::exchange(escaped_, false);
    if (c == '\r') {
        ended_by_cr_ = true;
    } else if (!escaped && c == '"') {
        in_ = In::tight;
        token(Token::quoted);
    } else if (!escaped && c == '\\') {
        escaped_ = true;
    } else {
        keep(c);
    }
}

void ArgumentScanner::take(char c)
{
    if (c == '\r') {
        ended_by_cr_ = true;
    } else if (c == ' ') {
        end_word();
        in_ = In::blank;
    } else if (c == '(' || c == '"') {
        open(c);
    } else if (c == ')') {
        end_word();
        token(Token::close);
        in_ = In::tight;
    } else if (c == '{' && (in_ == In::blank || (in_ == In::atom && word_ == "~"))) {
        in_ = In::announcement;
    } else if (in_ != In::announcement) {
        if (in_ == In::tight || c == '{' || !is_word_char(c))
            lose();
        if (in_ != In::atom)
            word_.clear();
        in_ = In::atom;
        keep(c);
    }
}

void ArgumentScanner::open(char c)
{
    if (in_ != In::blank)
        lose();
    end_word();
    in_ = c == '"' ? In::quoted : In::blank;
    word_.clear();
    if (c == '(')
        token(Token::open);
}

void ArgumentScanner::keep(char c)
{
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f)
        sound_ = false;
    if (word_.size() < longest_mailbox)
        word_ += c;
    else
        too_long_ = true;
}

void ArgumentScanner::end_word()
{
    if (in_ == In::atom)
        token(Token::atom);
    else if (in_ == In::announcement)
        lose(); // no line end behind it
}

bool ArgumentScanner::literal()
{
    const bool name = at_ == At::mailbox || at_ == At::number;
    ended_by_cr_ = false;
    if (in_ != In::announcement)
        lose();
    word_.clear();
    if (name) {
        in_ = In::announcement;
        return false;
    }
    token(Token::literal);
    in_ = In::tight;
    return true;
}

void ArgumentScanner::octets(std::string_view octets, bool last)
{
    for (const char c : octets)
        keep(c);
    if (!last)
        return;
    token(Token::literal);
    in_ = In::tight;
}

void ArgumentScanner::end()
{
    end_word();
    in_ = In::blank;
}

void ArgumentScanner::token(Token token)
{
    step(token);
    if (at_ == At::lost && token == Token::literal)
        ++messages_; // as if each were one
    word_.clear();
    too_long_ = false;
}

void ArgumentScanner::take_mailbox(bool sound)
{
    if (!too_long_)
        mailbox_ = std::exchange(word_, {});
    at_ = of_ == Of::select ? At::lost : At::message;
    sound_ = sound_ && sound && !too_long_;
}

// A literal where one has to be; its message may have been counted already.
void ArgumentScanner::message_literal(Token token, At next)
{
    if (token != Token::literal)
        return lose();
    if (!std::exchange(counted_, next == At::part))
        ++messages_;
    at_ = next;
}

bool ArgumentScanner::is(Token token, std::string_view word) const
{
    return token == Token::atom && text::equal_ignoring_case(word_, word);
}

void ArgumentScanner::step_flagged(Token token)
{
    if (token == Token::quoted)
        at_ = At::dated;
    else
        step_dated(token);
}

void ArgumentScanner::step_dated(Token token)
{
    if (is(token, "CATENATE"))
        at_ = At::catenate;
    else
        message_literal(token, At::message);
}

void ArgumentScanner::step(Token token)
{
    const auto go = [&](bool right, At next) {
        if (!right)
            return lose();
        at_ = next;
    };
    switch (at_) {
    case At::number:
        at_ = At::mailbox;
        return;
    case At::mailbox:
        if (token == Token::open || token == Token::close) {
            sound_ = false;
            at_ = At::lost;
            return;
        }
        return take_mailbox(token != Token::atom || !word_.contains('\\'));
    case At::message:
        flags_.clear(); // of the message before
        if (token == Token::open)
            at_ = At::flags;
        else
            step_flagged(token);
        return;
    case At::flags:
        if (token == Token::atom && flags_.size() + word_.size() < longest_flags)
            flags_.append(flags_.empty() ? "" : " ").append(word_);
        return go(token == Token::atom || token == Token::close,
                  token == Token::close ? At::flagged : At::flags);
    case At::flagged:
        return step_flagged(token);
    case At::dated:
        return step_dated(token);
    case At::catenate:
        return go(token == Token::open, At::part);
    case At::part:
        if (token == Token::close) {
            messages_ += std::exchange(counted_, false) ? 0 : 1;
            at_ = At::message;
            return;
        }
        if (is(token, "URL"))
            at_ = At::url;
        else
            go(is(token, "TEXT"), At::octets);
        return;
    case At::url:
        return go(token == Token::atom || token == Token::quoted, At::part);
    case At::octets:
        return message_literal(token, At::part);
    case At::lost:
        return;
    }
}

} // namespace imap
