// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_session.cc - what is said before the login; the login itself is
// pop3_session_login.cc.
#include "proxy/pop3_session.h"

#include "base/log.h"
#include "pop3/reply.h"
#include "pop3/xclient.h"
#include "proxy/pop3_refusal.h"
#include "proxy/pop3_server.h"
#include "sasl/identity.h"
#include "text/lines.h"

#include <utility>

namespace proxy {

namespace {

constexpr std::uint32_t usual_ttl = 5;

// What every server has, and we answer with ourselves: said while nobody can be asked.
pop3::Capabilities usual_capabilities()
{
    pop3::Capabilities usual;
    for (const char* line : {"TOP", "UIDL", "RESP-CODES", "AUTH-RESP-CODE"})
        usual.add(line);
    return usual;
}

pop3::Verdict refuse_line(pop3::Prelude& prelude, const net::Line& line)
{
    pop3::Verdict verdict;
    if (line.too_long)
        verdict = prelude.line_too_long();
    else
        verdict = prelude.malformed(line.stray ? "lines end with CRLF"
                                               : "this is no line of POP3");
    if (line.hopeless)
        verdict.then = pop3::Then::hang_up;
    return verdict;
}

bool depends_on_server(std::string_view line)
{
    switch (pop3::parse_command(line).verb) {
    case pop3::Verb::capa:
    case pop3::Verb::auth:
    case pop3::Verb::utf8:
    case pop3::Verb::lang:
        return true;
    default:
        return false;
    }
}

} // namespace

Pop3Session::Pop3Session(Pop3Server& server, ListenerPtr listener, session::Arrival arrival)
    : Session(server, std::move(listener), std::move(arrival)), pop3_(server)
{
    if (server.world().tap == nullptr)
        return;
    witness_ = std::make_unique<tap::Pop3Witness>(*server.world().tap, scene(), id());
    watched_by(witness_.get());
}

Pop3Session::~Pop3Session() = default;

Totals Pop3Session::totals() const
{
    return after_ ? after_->totals() : Totals{};
}

li::Cause Pop3Session::told(const Trouble& trouble) const
{
    const std::string line = pop3_refusal(trouble);
    const pop3::Reply said =
        pop3::parse_reply(std::string_view(line).substr(0, line.find('\r')));
    return {.layer = "protocol",
            .code = "-ERR",
            .enhanced = std::string(said.code),
            .text = std::string(said.text)};
}

void Pop3Session::over()
{
    if (lists_)
        pop3_.world().lists->take(folded_user(), std::move(lists_));
}

std::string Pop3Session::goodbye(std::string_view why) const
{
    return pop3::error("SYS/TEMP", why);
}

net::Task<bool> Pop3Session::log_in()
{
    co_await greet();
    for (;;) {
        let_witness_catch_up();
        const std::size_t limit = before_->prelude.longest_line();
        const std::optional<net::Line> line = co_await client().hear_line(limit);
        if (!line) {
            end_as("gone");
            co_return false;
        }
        const Next next = co_await hear(*line);
        if (next == Next::listen) {
            named(before_->prelude.user(), "USER");
            continue;
        }
        before_.reset();
        co_return next == Next::relay;
    }
}

net::Task<void> Pop3Session::greet()
{
    pop3::PreludeOptions options;
    options.limits = listener().pop3;
    options.tls_possible = listener().tls != nullptr;
    options.tls_active = over_tls();
    options.login_without_tls = listener().login_without_tls;
    options.passwords = listener().passwords;
    options.xclient = trusted();
    before_ = std::make_unique<Before>(options, client_address());
    std::string greeting = options.xclient ? "+OK [XCLIENT] ready" : "+OK ready";
    if (listener().apop) {
        const std::string timestamp = co_await borrow_timestamp();
        before_->prelude.offer_apop(!timestamp.empty());
        if (!timestamp.empty())
            greeting += " " + timestamp;
    }
    greeting += "\r\n";
    co_await client().write(greeting);
}

// Of the greeting of the listener's backend (RFC 1939 section 7): the connection stays for
// the login.
net::Task<std::string> Pop3Session::borrow_timestamp()
{
    std::string timestamp;
    const std::optional<Trouble> trouble = co_await reach({});
    if (!trouble)
        timestamp = before_->backend->timestamp();
    if (text::has_control(timestamp))
        timestamp.clear();
    before_->keeps_link = !timestamp.empty();
    if (timestamp.empty())
        before_->link.reset();
    listen();
    co_return timestamp;
}

net::Task<Pop3Session::Next> Pop3Session::hear(net::Line line)
{
    pop3::Prelude& prelude = before_->prelude;
    if (line.hopeless || line.too_long) {
        pop3::Verdict verdict = refuse_line(prelude, line);
        co_return co_await say(std::move(verdict));
    }
    if (depends_on_server(line.text) && !before_->asked_server)
        co_await learn_capabilities();
    const bool ahead = client().has_input();
    co_return co_await obey(prelude.judge(line.text, ahead));
}

net::Task<Pop3Session::Next> Pop3Session::obey(pop3::Verdict verdict)
{
    using pop3::Then;
    switch (verdict.then) {
    case Then::listen:
    case Then::hang_up:
        break;
    case Then::tell_capabilities:
        verdict.reply = pop3::announce(before_->server.value_or(usual_capabilities()),
                                       before_->prelude.offer());
        break;
    case Then::start_tls:
        co_await begin_tls(std::move(verdict.reply));
        co_return Next::listen;
    case Then::log_in:
        co_return co_await log_in_by_password();
    case Then::authenticate:
        co_return co_await log_in_by_sasl();
    case Then::apop:
        co_return co_await log_in_by_digest();
    case Then::believe:
        verdict = believe();
        break;
    }
    co_return co_await say(std::move(verdict));
}

net::Task<Pop3Session::Next> Pop3Session::say(pop3::Verdict verdict)
{
    if (verdict.attempt)
        turned_down(*verdict.attempt);
    const bool leaves = verdict.then == pop3::Then::hang_up;
    if (leaves && !verdict.reply.starts_with('+'))
        end_as("refused");
    co_await client().write(verdict.reply);
    co_return leaves ? Next::leave : Next::listen;
}

// Once, and only for those who ask something that depends on it.
net::Task<void> Pop3Session::learn_capabilities()
{
    before_->asked_server = true;
    work();
    before_->server = co_await pop3_.capabilities_of(listener_ptr());
    listen();
    const std::optional<pop3::Capabilities>& server = before_->server;
    std::vector<std::string> mechanisms;
    for (const std::string& mechanism : listener().mechanisms)
        if (sasl::can_identify(mechanism) && (!server || pop3_carries(*server, mechanism)))
            mechanisms.push_back(mechanism);
    const bool utf8 = server && server->has("UTF8");
    const bool lang = server && server->has("LANG");
    before_->prelude.server_can(std::move(mechanisms), utf8, lang);
}

// RFC 2595 section 4.  For whom the client spoke in the clear, anybody between may have
// said.
net::Task<void> Pop3Session::begin_tls(std::string reply)
{
    co_await client().write(reply);
    co_await start_tls();
    before_->prelude.tls_started();
    if (client_address() != before_->arrived)
        set_client(before_->arrived, usual_ttl);
}

pop3::Verdict Pop3Session::believe()
{
    const auto said = pop3::parse_xclient(before_->prelude.attributes());
    if (!said)
        return before_->prelude.malformed(said.error());
    net::Address client = client_address();
    if (said->address)
        client =
            net::Address::parse_ip(*said->address, said->port.value_or(0)).value_or(client);
    base::log(base::Level::info, "xclient", id(),
              {{"peer", before_->arrived.ip()},
               {"client", client.ip()},
               {"session", said->session}});
    set_client(client, said->ttl.value_or(usual_ttl));
    return {.reply = pop3::ok("Updated")};
}

} // namespace proxy
