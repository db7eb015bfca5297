// SPDX-License-Identifier: Apache-2.0
// proxy/imap_session.cc - what a client may say before it logs in.
#include "proxy/imap_session.h"

#include "base/log.h"
#include "imap/status.h"
#include "proxy/imap_identity.h"
#include "proxy/imap_replies.h"

#include <utility>

namespace proxy {

namespace {

using imap::Then;

imap::PreludeOptions prelude_options(const Listener& listener,
                                     const imap::Capabilities& backend, bool tls)
{
    imap::PreludeOptions options;
    options.limits = listener.imap;
    options.tls_possible = listener.tls != nullptr;
    options.tls_active = tls;
    options.login_without_tls = listener.login_without_tls;
    options.passwords = listener.passwords;
    options.mechanisms = possible_mechanisms(listener.mechanisms, backend);
    return options;
}

} // namespace

ImapSession::ImapSession(Server& server, ListenerPtr listener, session::Arrival arrival)
    : Session(server, std::move(listener), std::move(arrival))
{
    if (server.world().tap == nullptr)
        return;
    witness_ = std::make_unique<tap::ImapWitness>(*server.world().tap, scene(), id());
    watched_by(witness_.get());
}

net::Task<bool> ImapSession::log_in()
{
    co_await greet();
    for (;;) {
        const bool whole = co_await hear_command();
        if (!whole) {
            end_as("gone");
            co_return false;
        }
        imap::Verdict verdict = judge();
        const Next next = co_await obey(std::move(verdict));
        if (next == Next::listen)
            continue;
        dialogue_.reset();
        co_return next == Next::logged_in;
    }
}

net::Task<void> ImapSession::greet()
{
    const std::optional<std::string> facts = co_await server().facts_of(listener_ptr());
    imap::Capabilities backend(facts.value_or(""));
    imap::PreludeOptions options = prelude_options(listener(), backend, over_tls());
    dialogue_ = std::make_unique<Dialogue>(listener().imap, std::move(options),
                                           std::move(backend), client_address());
    const std::string greeting = imap::say("*", "OK", "CAPABILITY " + announced(), "ready");
    co_await client().write(greeting);
}

std::string ImapSession::announced() const
{
    imap::Offer offer = dialogue_->prelude.offer();
    offer.passwords = offer.passwords && takes_passwords(dialogue_->backend);
    return imap::announce(dialogue_->backend, offer);
}

// A command, or what has to be answered like one; false: the client has closed.
net::Task<bool> ImapSession::hear_command()
{
    using State = imap::CommandReader::State;
    imap::CommandReader& reader = dialogue_->reader;
    for (;;) {
        let_witness_catch_up();
        const std::string_view bytes = co_await client().hear_bytes();
        if (bytes.empty())
            co_return false;
        const std::size_t taken = reader.feed(bytes);
        client().take(taken);
        if (reader.state() == State::go_ahead)
            co_await client().write("+ go ahead\r\n");
        else if (reader.state() != State::more)
            co_return true;
    }
}

imap::Verdict ImapSession::judge()
{
    using State = imap::CommandReader::State;
    imap::CommandReader& reader = dialogue_->reader;
    imap::Prelude& prelude = dialogue_->prelude;
    imap::Verdict verdict;
    if (reader.state() == State::complete)
        verdict = prelude.judge(reader.line(), client().has_input());
    else if (reader.state() == State::refused)
        verdict = prelude.literal_too_long(reader.line());
    else
        verdict = prelude.too_long();
    reader.wipe();
    return verdict;
}

net::Task<ImapSession::Next> ImapSession::obey(imap::Verdict verdict)
{
    if (verdict.attempt)
        turned_down(*verdict.attempt);
    switch (verdict.then) {
    case Then::log_in:
        co_return co_await log_in_by_command();
    case Then::authenticate:
        co_return co_await log_in_by_mechanism();
    case Then::start_tls:
        co_return co_await start_tls_now(std::move(verdict.reply));
    case Then::tell_capabilities:
        verdict.reply.insert(0, "* CAPABILITY " + announced() + "\r\n");
        break;
    case Then::identify:
        hear_claims();
        verdict.reply.insert(0, "* ID NIL\r\n");
        break;
    case Then::hang_up:
        if (dialogue_->prelude.command() != "LOGOUT")
            end_as("refused");
        break;
    case Then::listen:
        break;
    }
    co_await client().write(verdict.reply);
    co_return verdict.then == Then::hang_up ? Next::hang_up : Next::listen;
}

// Nothing that was said in the clear is believed afterwards: whoever stood between a front
// end and us may have said it.
net::Task<ImapSession::Next> ImapSession::start_tls_now(std::string reply)
{
    co_await client().write(reply);
    co_await start_tls();
    dialogue_->prelude.tls_started();
    set_client(dialogue_->arrived_as, Caller().ttl);
    co_return Next::listen;
}

void ImapSession::hear_claims()
{
    const net::Address& peer = dialogue_->arrived_as;
    if (!listener().trust_xclient.contains(peer))
        return;
    const auto claimed = claimed_client(dialogue_->prelude.identity(), Caller().ttl);
    if (!claimed)
        return;
    base::log(base::Level::info, "xclient", id(),
              {{"peer", peer.ip()},
               {"client", claimed->address.ip()},
               {"session", claimed->session}});
    set_client(claimed->address, claimed->ttl);
}

Totals ImapSession::totals() const
{
    return conversation_ ? conversation_->totals() : Totals();
}

// An alert may come before the answer.
li::Cause ImapSession::told(const Trouble& trouble) const
{
    const std::string words = refusal(trouble, "a");
    std::string_view line = words;
    line = line.substr(0, line.find_last_not_of("\r\n") + 1);
    line.remove_prefix(line.rfind('\n') + 1); // npos + 1 is 0
    const imap::Response said = imap::parse_response(line);
    return {.layer = "protocol",
            .code = said.condition == imap::Condition::bad ? "BAD" : "NO",
            .enhanced = std::string(said.code),
            .text = std::string(said.text)};
}

std::string ImapSession::goodbye(std::string_view why) const
{
    return imap::say("*", "BYE", {}, why);
}

} // namespace proxy
