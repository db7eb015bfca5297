// SPDX-License-Identifier: Apache-2.0
#include "imap/prelude.h"

#include "base/wipe.h"
#include "imap/status.h"
#include "text/lines.h"

#include <algorithm>
#include <array>
#include <utility>

namespace imap {

namespace {

constexpr std::size_t most_identity = 60; // RFC 2971 section 3.3: thirty pairs

Verdict bye(std::string_view text)
{
    return {.reply = say("*", "BYE", {}, text), .then = Then::hang_up};
}

bool is_base64_word(std::string_view text)
{
    return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789+/=") == std::string_view::npos;
}

// The first words of browsers, which come as tags of commands.
bool is_http(std::string_view line)
{
    constexpr std::array<std::string_view, 6> verbs{"GET ",  "POST ",    "PUT ",
                                                    "HEAD ", "CONNECT ", "OPTIONS "};
    return std::any_of(verbs.begin(), verbs.end(),
                       [&](std::string_view verb) { return line.starts_with(verb); });
}

// Commands that need a login, or a mailbox: known, but not now.
bool is_later(std::string_view name)
{
    constexpr std::array<std::string_view, 27> names{
        "SELECT",      "EXAMINE",  "CREATE",        "DELETE",    "RENAME", "SUBSCRIBE",
        "UNSUBSCRIBE", "LIST",     "LSUB",          "NAMESPACE", "STATUS", "APPEND",
        "IDLE",        "CLOSE",    "UNSELECT",      "EXPUNGE",   "SEARCH", "FETCH",
        "STORE",       "COPY",     "MOVE",          "UID",       "CHECK",  "ENABLE",
        "COMPRESS",    "GETQUOTA", "UNAUTHENTICATE"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

Verdict Prelude::refuse(std::string_view condition, std::string_view code,
                        std::string_view text)
{
    if (++errors_ >= options_.limits.errors)
        return bye("too many errors");
    return {.reply = say(command_.tag, condition, code, text)};
}

Verdict Prelude::refuse_login(std::string_view code, std::string_view text,
                              sasl::Attempt attempt)
{
    forget_secrets();
    Verdict verdict = refuse("NO", code, text);
    verdict.attempt = std::move(attempt);
    return verdict;
}

// Fine, but a client that never logs in is not served for ever.
Verdict Prelude::idle(Then then)
{
    if (++idle_commands_ > options_.limits.commands_without_login)
        return bye("too many commands without login");
    return {.reply = say(command_.tag, "OK", {}, command_.name + " completed"),
            .then = then};
}

bool Prelude::may_log_in() const
{
    return options_.tls_active || options_.login_without_tls;
}

Offer Prelude::offer() const
{
    Offer offer;
    offer.starttls = options_.tls_possible && !options_.tls_active;
    offer.login = may_log_in();
    offer.passwords = options_.passwords;
    if (offer.login)
        offer.mechanisms = options_.mechanisms;
    return offer;
}

Verdict Prelude::judge(std::string_view line, bool ahead)
{
    if (is_http(line))
        return bye("this is IMAP");
    auto command = parse_command(line, options_.limits);
    if (!command) {
        command_ = {.tag = std::move(command.error().tag), .name = {}, .arguments = {}};
        return refuse("BAD", {}, command.error().why);
    }
    command_ = *std::move(command);
    Verdict verdict = dispatch(ahead);
    forget_arguments();
    return verdict;
}

// They may be secrets, and cost more than what was said.
void Prelude::forget_arguments()
{
    for (Value& argument : command_.arguments)
        base::wipe(argument.text);
    std::exchange(command_.arguments, {});
}

Verdict Prelude::dispatch(bool ahead)
{
    const std::string& name = command_.name;
    const bool plain = command_.arguments.empty();
    if (name == "CAPABILITY" && plain)
        return idle(Then::tell_capabilities);
    if (name == "NOOP" && plain)
        return idle(Then::listen);
    if (name == "ID")
        return judge_id();
    if (name == "LOGOUT" && plain)
        return {.reply = say("*", "BYE", {}, "logging out") +
                         say(command_.tag, "OK", {}, "LOGOUT completed"),
                .then = Then::hang_up};
    if (name == "LOGIN")
        return judge_login();
    if (name == "AUTHENTICATE")
        return judge_authenticate();
    if (name == "STARTTLS" && plain)
        return judge_starttls(ahead);
    if (is_later(name))
        return refuse("BAD", {}, "log in first");
    return refuse("BAD", {}, "unknown command or arguments");
}

Verdict Prelude::literal_too_long(std::string_view line)
{
    command_ = {
        .tag = std::string(tag_of(line, options_.limits)), .name = {}, .arguments = {}};
    return refuse("NO", "TOOBIG", "literal is too long"); // RFC 7889 section 4
}

Verdict Prelude::too_long() const
{
    return bye("command is too long");
}

bool Prelude::has_arguments(std::size_t count) const
{
    return command_.arguments.size() == count &&
           std::all_of(command_.arguments.begin(), command_.arguments.end(),
                       [](const Value& value) { return value.is_text(); });
}

Verdict Prelude::judge_login()
{
    if (!has_arguments(2) || command_.arguments[0].text.empty())
        return refuse("BAD", {}, "syntax: LOGIN user password");
    user_ = std::move(command_.arguments[0].text);
    if (!may_log_in())
        return refuse_login("PRIVACYREQUIRED", "use STARTTLS first",
                            {{.user = user_, .acts_as = {}}, "LOGIN", sasl::tls_missing});
    if (!options_.passwords)
        return refuse_login(
            "CANNOT", "passwords are not taken here, use AUTHENTICATE",
            {{.user = user_, .acts_as = {}}, "LOGIN", sasl::password_refused});
    password_ = std::move(command_.arguments[1].text);
    if (user_.contains('\0') || password_.contains('\0'))
        return refuse("BAD", {}, "NUL in a name or password");
    return {.reply = {}, .then = Then::log_in};
}

Verdict Prelude::judge_authenticate()
{
    const bool initial = has_arguments(2);
    if (!initial && !has_arguments(1))
        return refuse("BAD", {}, "syntax: AUTHENTICATE mechanism [initial-response]");
    mechanism_ = text::to_upper(command_.arguments[0].text);
    if (!may_log_in())
        return refuse_login("PRIVACYREQUIRED", "use STARTTLS first",
                            sasl::attempt_by(mechanism_,
                                             initial ? command_.arguments[1].text : "",
                                             sasl::tls_missing));
    const auto& ours = options_.mechanisms;
    if (std::find(ours.begin(), ours.end(), mechanism_) == ours.end())
        return refuse("NO", "CANNOT", "unknown mechanism");
    initial_.reset();
    if (initial) {
        initial_ = std::move(command_.arguments[1].text);
        if (initial_->empty() || !is_base64_word(*initial_))
            return refuse("BAD", {}, "initial response is no base64");
    }
    return {.reply = {}, .then = Then::authenticate};
}

// Bytes that came ahead were sent in the clear: whoever put them there, they are not obeyed
// within TLS (RFC 9051 section 6.2.1).
Verdict Prelude::judge_starttls(bool ahead)
{
    if (options_.tls_active)
        return refuse("BAD", {}, "TLS is active already");
    if (!options_.tls_possible)
        return refuse("BAD", {}, "TLS is not offered");
    if (ahead)
        return bye("bytes sent ahead of TLS");
    return {.reply = say(command_.tag, "OK", {}, "begin TLS now"), .then = Then::start_tls};
}

void Prelude::tls_started()
{
    options_.tls_active = true;
    identity_.clear();
}

void Prelude::forget_secrets()
{
    base::wipe(password_);
    if (initial_)
        base::wipe(*initial_);
    initial_.reset();
}

// RFC 2971: NIL, or a list of fields and values.
Verdict Prelude::judge_id()
{
    identity_.clear();
    const auto& arguments = command_.arguments;
    if (arguments.size() != 1)
        return refuse("BAD", {}, "syntax: ID (field value ...)");
    const std::vector<Value>& pairs = arguments[0].list;
    if (pairs.size() > most_identity || pairs.size() % 2 != 0)
        return refuse("BAD", {}, "ID takes at most thirty pairs");
    for (const Value& one : pairs) {
        const bool nil = one.kind == Value::Kind::atom;
        identity_.push_back(nil ? std::string() : one.text);
    }
    return idle(Then::identify);
}

Verdict Prelude::login_refused(std::string reply)
{
    forget_secrets();
    Verdict verdict{.reply = std::move(reply), .then = Then::listen, .delay = true};
    if (++refused_logins_ >= options_.limits.auth_failures)
        verdict.then = Then::hang_up;
    return verdict;
}

} // namespace imap
