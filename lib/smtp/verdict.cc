// SPDX-License-Identifier: Apache-2.0
// What the rules of transaction.cc are said with: verdicts, counters, the EHLO answer.
#include "smtp/transaction.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace smtp {

Verdict Transaction::say(int code, std::string_view enhanced, std::string_view text)
{
    return {.reply = {code, std::string(enhanced), std::string(text)}};
}

Verdict Transaction::ask(Then question)
{
    return {.then = question};
}

Verdict Transaction::hang_up(int code, std::string_view enhanced, std::string_view text)
{
    Verdict verdict = say(code, enhanced, text);
    verdict.then = Then::hang_up;
    return verdict;
}

Verdict Transaction::refuse(int code, std::string_view enhanced, std::string_view text)
{
    return refuse(Reply{code, std::string(enhanced), std::string(text)});
}

Verdict Transaction::refuse(Reply reply)
{
    ++errors_;
    if (reply.code == 421)
        return {.then = Then::hang_up, .reply = std::move(reply)};
    if (errors_ >= service_.limits.errors)
        return hang_up(421, "4.7.0", "too many errors, closing");
    return {.reply = std::move(reply), .delay = errors_ > service_.limits.soft_errors};
}

Verdict Transaction::idle(Verdict verdict)
{
    if (++idle_commands_ > service_.limits.commands_without_mail)
        return hang_up(421, "4.7.0", "too many commands without mail, closing");
    return verdict;
}

Reply Transaction::not_here() const
{
    switch (state_) {
    case State::greeting:
        return {503, "5.5.1", "HELO or EHLO first"};
    case State::ready:
        return {503, "5.5.1", extended_ ? "MAIL first" : "EHLO or MAIL first"};
    case State::sender:
        return {503, "5.5.1", "not here: MAIL was said, RCPT is next"};
    case State::recipients:
        return {503, "5.5.1", "not here: DATA, BDAT or RSET is next"};
    case State::all_refused:
        return {554, "5.5.1", "no valid recipients"};
    case State::chunks:
        return {503, "5.5.1", "not here: BDAT or RSET is next"};
    }
    return {503, "5.5.1", "not here"};
}

Verdict Transaction::out_of_order()
{
    return refuse(not_here());
}

std::optional<Reply> Transaction::locked() const
{
    if (service_.tls_required && !tls_)
        return Reply{530, "5.7.0", "STARTTLS first"};
    if (service_.auth_required && login_.empty())
        return Reply{530, "5.7.0", "AUTH first"};
    return std::nullopt;
}

std::optional<Reply> Transaction::not_offered(const Mail& mail) const
{
    if (mail.smtputf8 && !service_.smtputf8)
        return Reply{555, "5.5.4", "SMTPUTF8 is not available"};
    if (mail.body == Body::binary_mime && !service_.chunking)
        return Reply{555, "5.5.4", "BINARYMIME is not available"};
    if (!service_.dsn && (mail.ret != Ret::unset || !mail.envid.empty()))
        return Reply{555, "5.5.4", "DSN is not available"};
    return std::nullopt;
}

bool Transaction::too_big(std::uint64_t size) const
{
    return service_.limits.message_size != 0 && size > service_.limits.message_size;
}

void Transaction::forget_message()
{
    envelope_ = {};
    candidate_ = {};
    origin_ = {};
    chunk_ = 0;
    chunks_ = 0;
    if (in_transaction())
        state_ = State::ready;
}

std::string Transaction::capabilities() const
{
    std::string text = service_.hostname;
    const auto offer = [&text](bool on, std::string_view line) {
        if (on)
            fmt::format_to(std::back_inserter(text), "\n{}", line);
    };
    const Limits& limits = service_.limits;
    offer(true, "PIPELINING");
    offer(true, fmt::format("SIZE {}", limits.message_size));
    offer(true, "8BITMIME");
    offer(service_.smtputf8, "SMTPUTF8");
    offer(true, "ENHANCEDSTATUSCODES");
    offer(service_.dsn, "DSN");
    offer(service_.chunking, "CHUNKING");
    offer(service_.chunking, "BINARYMIME");
    offer(may_start_tls(), "STARTTLS");
    offer(may_log_in(), fmt::format("AUTH {}", fmt::join(service_.mechanisms, " ")));
    offer(service_.etrn, "ETRN");
    offer(service_.xclient, fmt::format("XCLIENT {}", xclient_offer));
    offer(service_.xforward, fmt::format("XFORWARD {}", xforward_offer));
    offer(limits.messages == 0, fmt::format("LIMITS RCPTMAX={}", limits.recipients));
    offer(limits.messages != 0,
          fmt::format("LIMITS RCPTMAX={} MAILMAX={}", limits.recipients, limits.messages));
    offer(true, "VRFY");
    offer(true, "HELP");
    return text;
}

bool Transaction::may_start_tls() const
{
    return service_.starttls && !tls_;
}

bool Transaction::may_log_in() const
{
    return !service_.mechanisms.empty() && login_.empty() &&
           (tls_ || service_.auth_without_tls);
}

// Those that would not be refused for what this listener is and what was agreed on so far.
std::string Transaction::possible_commands() const
{
    std::string text = "EHLO HELO";
    const auto name = [&text](bool on, std::string_view command) {
        if (on)
            fmt::format_to(std::back_inserter(text), " {}", command);
    };
    name(may_start_tls(), "STARTTLS");
    name(may_log_in(), "AUTH");
    name(true, "MAIL RCPT DATA");
    name(service_.chunking, "BDAT");
    name(true, "RSET VRFY");
    name(service_.etrn, "ETRN");
    name(true, "NOOP HELP QUIT");
    return text;
}

std::string Transaction::protocol() const
{
    if (!extended_)
        return "SMTP";
    std::string name = envelope_.mail.smtputf8 ? "UTF8SMTP" : "ESMTP";
    if (tls_)
        name += 'S';
    if (!login_.empty())
        name += 'A';
    return name;
}

} // namespace smtp
