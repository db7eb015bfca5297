// SPDX-License-Identifier: Apache-2.0
#include "pop3/prelude.h"

#include "base/wipe.h"
#include "pop3/reply.h"
#include "text/lines.h"

#include <algorithm>

namespace pop3 {

namespace {

Verdict bye(std::string reply)
{
    return {.reply = std::move(reply), .then = Then::hang_up};
}

// Names and passwords may have blanks and any letters, but nothing that ends a line.
bool sayable(std::string_view text)
{
    return !text.empty() && !text::has_control(text);
}

bool is_base64_word(std::string_view text)
{
    return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789+/=") == std::string_view::npos;
}

} // namespace

Verdict Prelude::refuse(std::string_view text, std::string_view code)
{
    if (++errors_ >= options_.limits.errors)
        return bye(error("", "too many errors"));
    return {.reply = error(code, text)};
}

// RFC 3206 section 4: to try again with the same words is no use.
Verdict Prelude::refuse_login(std::string_view text, sasl::Attempt attempt)
{
    Verdict verdict = refuse(text, "SYS/PERM");
    verdict.attempt = std::move(attempt);
    return verdict;
}

// Fine, but a client that never logs in is not served for ever.
Verdict Prelude::idle(std::string reply)
{
    if (++idle_commands_ > options_.limits.commands_without_login)
        return bye(error("", "too many commands without login"));
    return {.reply = std::move(reply)};
}

bool Prelude::may_log_in() const
{
    return options_.tls_active || options_.login_without_tls;
}

Offer Prelude::offer() const
{
    Offer offer;
    offer.stls = options_.tls_possible && !options_.tls_active;
    offer.user = may_log_in() && options_.passwords;
    if (may_log_in())
        offer.mechanisms = options_.mechanisms;
    return offer;
}

std::size_t Prelude::longest_line() const
{
    return std::max(options_.limits.command_line, options_.limits.auth_line);
}

Verdict Prelude::judge(std::string_view line, bool ahead)
{
    const Command command = parse_command(line);
    if (line.size() > options_.limits.command_line && command.verb != Verb::auth)
        return line_too_long();
    if (text::has_control(line))
        return refuse("control characters in a command");
    return dispatch(command, ahead);
}

Verdict Prelude::dispatch(const Command& command, bool ahead)
{
    switch (command.verb) {
    case Verb::user:
        return judge_user(command);
    case Verb::pass:
        return judge_pass(command);
    case Verb::apop:
        return judge_apop(command);
    case Verb::auth:
        return judge_auth(command);
    case Verb::stls:
        return judge_stls(command, ahead);
    case Verb::lang:
        return judge_lang(command);
    case Verb::xclient:
        return judge_xclient(command);
    case Verb::capa: {
        Verdict verdict = idle({});
        if (verdict.then == Then::listen)
            verdict.then = Then::tell_capabilities;
        return verdict;
    }
    case Verb::utf8:
        if (!options_.utf8)
            return refuse("UTF-8 is not offered");
        utf8_ = true;
        return idle(ok("UTF-8 it is"));
    case Verb::noop:
        return idle(ok("nothing done"));
    case Verb::quit:
        return bye(ok("bye"));
    case Verb::http:
        return bye(error("", "this is POP3"));
    case Verb::stat:
    case Verb::list:
    case Verb::uidl:
    case Verb::retr:
    case Verb::top:
    case Verb::dele:
    case Verb::rset:
        return refuse("log in first");
    case Verb::other:
        break;
    }
    return refuse("unknown command");
}

Verdict Prelude::line_too_long()
{
    return refuse("line is too long");
}

Verdict Prelude::judge_user(const Command& command)
{
    if (!sayable(command.argument))
        return refuse("syntax: USER name");
    const sasl::Identity who{.user = std::string(command.argument), .acts_as = {}};
    if (!may_log_in())
        return refuse_login("use STLS first", {who, "USER", sasl::tls_missing});
    if (!options_.passwords)
        return refuse_login("passwords are not taken here, use AUTH",
                            {who, "USER", sasl::password_refused});
    user_ = command.argument;
    return idle(ok("password, please"));
}

Verdict Prelude::judge_pass(const Command& command)
{
    if (user_.empty())
        return refuse("USER first");
    if (!command.has_argument)
        return refuse("syntax: PASS password");
    password_ = command.argument;
    return {.reply = {}, .then = Then::log_in};
}

Verdict Prelude::judge_apop(const Command& command)
{
    if (!options_.apop)
        return refuse("APOP is not offered");
    const std::size_t blank = command.argument.rfind(' ');
    const std::string_view name = command.argument.substr(0, blank);
    if (blank == std::string_view::npos || !sayable(name) ||
        blank + 1 == command.argument.size())
        return refuse("syntax: APOP name digest");
    if (!may_log_in())
        return refuse_login(
            "use STLS first",
            {{.user = std::string(name), .acts_as = {}}, "APOP", sasl::tls_missing});
    user_ = name;
    password_ = command.argument.substr(blank + 1);
    return {.reply = {}, .then = Then::apop};
}

// "AUTH" alone is an old way to ask for the mechanisms; it is answered like any error.
Verdict Prelude::judge_auth(const Command& command)
{
    const std::string_view argument = text::trim(command.argument);
    const std::size_t blank = std::min(argument.find(' '), argument.size());
    const std::string mechanism = text::to_upper(argument.substr(0, blank));
    const std::string_view initial = text::trim(argument.substr(blank));
    if (mechanism.empty() || !is_base64_word(initial))
        return refuse("syntax: AUTH mechanism [initial-response]");
    if (!may_log_in())
        return refuse_login("use STLS first",
                            sasl::attempt_by(mechanism, initial, sasl::tls_missing));
    const auto& ours = options_.mechanisms;
    if (std::find(ours.begin(), ours.end(), mechanism) == ours.end())
        return refuse("unknown mechanism");
    mechanism_ = mechanism;
    initial_.reset();
    if (!initial.empty())
        initial_ = initial;
    return {.reply = {}, .then = Then::authenticate};
}

// RFC 2595 section 4.  Bytes that came ahead were sent in the clear: whoever put them
// there, they are not obeyed within TLS.
Verdict Prelude::judge_stls(const Command& command, bool ahead)
{
    if (command.has_argument)
        return refuse("syntax: STLS");
    if (options_.tls_active)
        return refuse("TLS is active already");
    if (!options_.tls_possible)
        return refuse("TLS is not offered");
    if (ahead)
        return bye(error("", "bytes sent ahead of TLS"));
    return {.reply = ok("go ahead with TLS"), .then = Then::start_tls};
}

void Prelude::tls_started()
{
    options_.tls_active = true;
    forget_secrets();
    user_.clear();
    language_.clear();
    utf8_ = false;
}

Verdict Prelude::judge_lang(const Command& command)
{
    if (!options_.lang)
        return refuse("languages are not offered");
    const std::string_view tag = text::trim(command.argument);
    const bool is_tag = tag.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "abcdefghijklmnopqrstuvwxyz0123456789-*") ==
                        std::string_view::npos;
    if (tag.empty() || !is_tag)
        return refuse("syntax: LANG tag");
    language_ = tag;
    return idle(ok("your server is told at the login"));
}

Verdict Prelude::judge_xclient(const Command& command)
{
    if (!options_.xclient)
        return refuse("unknown command");
    attributes_ = command.argument;
    Verdict verdict = idle({});
    if (verdict.then == Then::listen)
        verdict.then = Then::believe;
    return verdict;
}

void Prelude::server_can(std::vector<std::string> mechanisms, bool utf8, bool lang)
{
    options_.mechanisms = std::move(mechanisms);
    options_.utf8 = utf8;
    options_.lang = lang;
}

void Prelude::forget_secrets()
{
    base::wipe(password_);
    if (initial_)
        base::wipe(*initial_);
    initial_.reset();
}

Verdict Prelude::login_refused(std::string reply)
{
    forget_secrets();
    user_.clear();
    Verdict verdict{.reply = std::move(reply), .delay = true};
    if (++refused_logins_ >= options_.limits.auth_failures)
        verdict.then = Then::hang_up;
    return verdict;
}

} // namespace pop3
