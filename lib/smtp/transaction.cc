// SPDX-License-Identifier: Apache-2.0
// The rules, one function for each command; see transaction.h.
#include "smtp/transaction.h"

#include <algorithm>
#include <utility>

namespace smtp {

Transaction::Transaction(const Service& service, bool tls) : service_(service), tls_(tls) {}

Reply Transaction::greeting() const
{
    return {220, "", service_.hostname + ' ' + service_.banner};
}

Verdict Transaction::judge(const Command& command, bool more_input)
{
    more_input_ = more_input;
    return std::visit([this](const auto& one) { return answer(one); }, command);
}

CommandOptions Transaction::command_options() const
{
    return {.smtputf8 = in_transaction() && envelope_.mail.smtputf8};
}

// --- the beginning -----------------------------------------------------------------------

Verdict Transaction::answer(const Helo& helo)
{
    return hello(helo.name, false);
}

Verdict Transaction::answer(const Ehlo& ehlo)
{
    return hello(ehlo.name, true);
}

Verdict Transaction::hello(std::string name, bool extended)
{
    forget_message();
    helo_ = std::move(name);
    extended_ = extended;
    state_ = State::ready;
    return idle(say(250, "", extended ? capabilities() : service_.hostname));
}

// RFC 3207 section 5: whoever sends something behind STARTTLS wants it to be taken for
// something said inside TLS.
Verdict Transaction::answer(const StartTls&)
{
    if (!service_.starttls)
        return refuse(502, "5.5.1", "STARTTLS is not available");
    if (tls_)
        return refuse(503, "5.5.1", "TLS is active already");
    if (in_transaction())
        return out_of_order();
    if (more_input_)
        return hang_up(554, "5.5.1", "plaintext behind STARTTLS, closing");
    Verdict verdict = ask(Then::start_tls);
    verdict.reply = {220, "2.0.0", "ready to start TLS"};
    return verdict;
}

void Transaction::tls_started()
{
    forget_message();
    tls_ = true;
    extended_ = false;
    helo_.clear();
    true_helo_.clear();
    login_.clear();
    state_ = State::greeting;
}

Verdict Transaction::answer(const Auth& auth)
{
    if (service_.mechanisms.empty())
        return refuse(503, "5.5.1", "AUTH is not available");
    if (!extended_ || in_transaction())
        return out_of_order();
    if (!login_.empty())
        return refuse(503, "5.5.1", "logged in already");
    if (!tls_ && !service_.auth_without_tls)
        return refuse(538, "5.7.11", "encryption needed: STARTTLS first");
    if (std::ranges::find(service_.mechanisms, auth.mechanism) == service_.mechanisms.end())
        return refuse(504, "5.5.4", "mechanism is not available");
    return ask(Then::authenticate);
}

Verdict Transaction::auth_done(std::string login)
{
    login_ = std::move(login);
    auth_failures_ = 0;
    return say(235, "2.7.0", "logged in");
}

Verdict Transaction::auth_failed(Reply reply)
{
    if (reply.permanent() && ++auth_failures_ >= service_.limits.auth_failures)
        return hang_up(421, "4.7.0", "too many failed logins, closing");
    return refuse(std::move(reply));
}

Verdict Transaction::auth_cancelled()
{
    return refuse(501, "5.7.0", "authentication cancelled");
}

Verdict Transaction::answer(const Xclient&)
{
    if (!service_.xclient)
        return refuse(550, "5.7.0", "XCLIENT is not for you");
    if (in_transaction())
        return out_of_order();
    return ask(Then::apply_xclient);
}

// Several lines may tell of one message.  It changes nothing about who the client is to us.
Verdict Transaction::answer(const Xforward& xforward)
{
    if (!service_.xforward)
        return refuse(550, "5.7.0", "XFORWARD is not for you");
    if (in_transaction())
        return out_of_order();
    merge(origin_, xforward.client);
    return idle(say(250, "2.0.0", "noted"));
}

Verdict Transaction::xclient_applied(const ClientAttributes& client)
{
    forget_message();
    const bool another = client.address || client.name || client.login;
    if (another || client.helo)
        true_helo_ = client.helo.value_or("");
    if (another) {
        login_ = client.login.value_or("");
        service_.xforward = false; // the trust was in the host that spoke so far
    }
    extended_ = false;
    state_ = State::greeting;
    return {.reply = greeting()};
}

// --- a message ---------------------------------------------------------------------------

Verdict Transaction::answer(const Mail& mail)
{
    const Limits& limits = service_.limits;
    if (state_ != State::ready)
        return out_of_order();
    if (auto refused = locked())
        return refuse(*std::move(refused));
    if (limits.messages != 0 && transactions_ >= limits.messages)
        return hang_up(421, "4.5.3", "too many messages in one session, closing");
    if (auto refused = not_offered(mail))
        return refuse(*std::move(refused));
    if (too_big(mail.size.value_or(0)))
        return refuse(552, "5.3.4", "message is too big");
    envelope_.mail = mail;
    return ask(Then::check_sender);
}

Verdict Transaction::accept_sender()
{
    ++transactions_;
    state_ = State::sender;
    return say(250, "2.1.0", "sender ok");
}

Verdict Transaction::refuse_sender(Reply reply)
{
    forget_message();
    return refuse(std::move(reply));
}

Verdict Transaction::answer(const Rcpt& rcpt)
{
    if (!in_transaction() || state_ == State::chunks)
        return out_of_order();
    if (!service_.dsn && (rcpt.notify != notify_default || !rcpt.orcpt.empty()))
        return refuse(555, "5.5.4", "DSN is not available");
    if (envelope_.recipients.size() >= service_.limits.recipients)
        return too_many_recipients();
    candidate_ = rcpt;
    return ask(Then::check_recipient);
}

// No error, RFC 5321 4.5.3.1.10: the client sends the message to those we have taken and
// comes again with the rest.  Only who has named as many again, and goes on, is idle.
Verdict Transaction::too_many_recipients()
{
    Verdict verdict = say(452, "4.5.3", "too many recipients");
    return ++surplus_ > service_.limits.recipients ? idle(std::move(verdict)) : verdict;
}

Verdict Transaction::accept_recipient()
{
    envelope_.recipients.push_back(std::move(candidate_));
    state_ = State::recipients;
    return say(250, "2.1.5", "recipient ok");
}

// Trouble of ours (4yz) is no fault of the client: one backend that is down must not end a
// session that has a hundred recipients more.
Verdict Transaction::refuse_recipient(Reply reply)
{
    if (envelope_.recipients.empty())
        state_ = State::all_refused;
    if (reply.transient() && reply.code != 421)
        return idle({.reply = std::move(reply)});
    return refuse(std::move(reply));
}

Verdict Transaction::answer(const Data&)
{
    if (state_ != State::recipients)
        return not_as_commands(out_of_order());
    if (envelope_.mail.body == Body::binary_mime) // RFC 3030 section 3
        return not_as_commands(refuse(503, "5.5.1", "BODY=BINARYMIME needs BDAT"));
    Verdict verdict = ask(Then::take_data);
    verdict.reply = {354, "", "end the message with a dot on a line of its own"};
    return verdict;
}

// Nothing may follow DATA before our answer (RFC 2920 3.1).  If something does, it is the
// text of the message, and after a refusal we would take that for commands: close.
Verdict Transaction::not_as_commands(Verdict refused) const
{
    if (more_input_)
        refused.then = Then::hang_up;
    return refused;
}

Verdict Transaction::refuse_data(Reply reply)
{
    return not_as_commands(message_done(std::move(reply)));
}

std::optional<Reply> Transaction::refusal_of(const Bdat& bdat) const
{
    if (!service_.chunking)
        return Reply{502, "5.5.1", "BDAT is not available"};
    if (state_ != State::recipients && state_ != State::chunks)
        return not_here();
    if (bdat.garbled)
        return Reply{501, "5.5.4", "syntax: BDAT size [LAST]"};
    if (bdat.size > UINT64_MAX - chunks_ || too_big(chunks_ + bdat.size))
        return Reply{552, "5.3.4", "message is too big"};
    return std::nullopt;
}

// RFC 3030 section 2: the octets follow whatever we think of the command.
Verdict Transaction::answer(const Bdat& bdat)
{
    if (auto why = refusal_of(bdat))
        return swallow(bdat, refuse(*std::move(why)));
    state_ = State::chunks;
    chunk_ = bdat.size;
    chunks_ += bdat.size;
    Verdict verdict = ask(Then::take_chunk);
    verdict.chunk_size = bdat.size;
    verdict.last_chunk = bdat.last;
    return verdict;
}

// The message is spoilt, its later chunks find no transaction.  A chunk far beyond what we
// would ever take is not worth reading.
Verdict Transaction::swallow(const Bdat& bdat, Verdict verdict)
{
    forget_message();
    if (verdict.then == Then::hang_up)
        return verdict;
    if (too_big(bdat.size / 2)) {
        verdict.then = Then::hang_up;
        return verdict;
    }
    verdict.then = Then::swallow_chunk;
    verdict.chunk_size = bdat.size;
    return verdict;
}

Verdict Transaction::chunk_done()
{
    Verdict verdict = say(250, "2.0.0", std::to_string(chunk_) + " octets received");
    return chunk_ == 0 ? idle(std::move(verdict))
                       : verdict; // empty ones could go on for ever
}

Verdict Transaction::message_done(Reply outcome)
{
    forget_message();
    if (!outcome.positive())
        return refuse(std::move(outcome));
    ++messages_;
    errors_ = 0;
    unknown_ = 0;
    idle_commands_ = 0;
    surplus_ = 0;
    return {.reply = std::move(outcome)};
}

Verdict Transaction::answer(const Rset&)
{
    forget_message();
    return idle(say(250, "2.0.0", "ok"));
}

// --- the others --------------------------------------------------------------------------

Verdict Transaction::answer(const Noop&)
{
    return idle(say(250, "2.0.0", "ok"));
}

Verdict Transaction::answer(const Quit&)
{
    return hang_up(221, "2.0.0", service_.hostname + " closing");
}

Verdict Transaction::answer(const Vrfy&)
{
    if (auto refused = locked())
        return refuse(*std::move(refused));
    return idle(say(252, "2.0.0", "not verified here, RCPT will tell"));
}

Verdict Transaction::answer(const Expn&)
{
    return refuse(502, "5.5.1", "EXPN is not available");
}

Verdict Transaction::answer(const Help&)
{
    return idle(say(214, "2.0.0", "commands: " + possible_commands()));
}

Verdict Transaction::answer(const Etrn&)
{
    if (!service_.etrn)
        return refuse(502, "5.5.1", "ETRN is not available");
    if (state_ != State::ready)
        return out_of_order();
    if (auto refused = locked())
        return refuse(*std::move(refused));
    return idle(ask(Then::flush_queue));
}

Verdict Transaction::answer(const Unknown&)
{
    if (++unknown_ > service_.limits.unknown_commands)
        return hang_up(421, "4.7.0", "too many unknown commands, closing");
    return refuse(500, "5.5.2", "command is not known");
}

Verdict Transaction::answer(const HttpVerb&)
{
    return hang_up(421, "4.7.0", "this is SMTP, closing");
}

Verdict Transaction::answer(const Malformed& malformed)
{
    Verdict verdict = refuse(malformed.reply);
    if (malformed.out_of_step)
        return {.then = Then::hang_up, .reply = malformed.reply};
    return malformed.was_data ? not_as_commands(std::move(verdict)) : verdict;
}

} // namespace smtp
