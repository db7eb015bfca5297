// SPDX-License-Identifier: Apache-2.0
// proxy/session.cc - see the header.
#include "proxy/session.h"

#include "base/log.h"
#include "base/wipe.h"
#include "session/farewell.h"
#include "session/proxy_arrival.h"

#include <algorithm>
#include <utility>

namespace proxy {

namespace {

constexpr base::seconds farewell_patience{5};
constexpr base::seconds time_to_hear{10}; // our answer, however long we have worked for it

} // namespace

Session::Session(Server& server, ListenerPtr listener, session::Arrival arrival)
    : server_(server), listener_(std::move(listener)), id_(std::move(arrival.id)),
      client_(std::move(arrival.stream)), peer_(arrival.peer), address_(arrival.peer)
{
    if (arrival.counted)
        counted_ = peer_;
    server_.joined(this);
    stranger_ = server_.strangers().insert(server_.strangers().end(), this);
}

Session::~Session()
{
    base::wipe(password_);
    no_stranger();
    if (counted_)
        server_.limits().leave(*counted_);
    server_.left(this);
}

void Session::no_stranger()
{
    if (stranger_)
        server_.strangers().erase(*std::exchange(stranger_, std::nullopt));
}

bool Session::hurry()
{
    if (trying_ || hurried_)
        return false;
    hurried_ = true;
    client_.stream().expire();
    return true;
}

net::Task<void> Session::run()
{
    std::string_view goodbye_for;
    try {
        const bool welcome = co_await arrive();
        bool logged_in = false;
        if (welcome) {
            client_.stream().set_deadline(started_ + listener_->times.login);
            at_dialogue_ = true;
            if (must_go())
                client_.stream().expire();
            logged_in = co_await log_in();
            at_dialogue_ = false;
        }
        no_stranger();
        if (logged_in)
            co_await carry();
    } catch (const net::TimedOut&) {
        reason_ = server_.draining() ? "shutdown" : hurried_ ? "busy" : "timeout";
        goodbye_for = server_.draining() ? "shutting down" : "too slow, log in faster";
    } catch (const net::PeerGone&) {
        reason_ = "gone";
    } catch (const net::TlsFailure& failure) {
        reason_ = "tls";
        base::log(base::Level::notice, "tls-failed", id_,
                  {{"client", address_.ip()}, {"error", failure.what()}});
    }
    if (!goodbye_for.empty() && at_dialogue_)
        co_await say(goodbye(goodbye_for));
    leave();
    if (witness_ != nullptr)
        witness_->ended(reason_);
    over();
    server_.world().journal.session_ended(login(), counted_totals(), reason_);
    if (relay_ && relay_->failure())
        std::rethrow_exception(relay_->failure());
}

net::Task<bool> Session::arrive()
{
    base::log(base::Level::debug, "session-started", id_,
              {{"client", peer_.text()}, {"listener", listener_->name}});
    client_.stream().set_timeout(listener_->times.greeting);
    if (listener_->trust_proxy.contains(peer_)) {
        const auto said = co_await session::hear_proxy_header(client_.stream());
        if (!said) {
            reason_ = "proxy";
            base::log(base::Level::notice, "proxy-header-refused", id_,
                      {{"peer", peer_.ip()}, {"listener", listener_->name}});
            co_return false;
        }
        address_ = *said;
    }
    const bool welcome = counted_ || trusted() || admitted();
    if (listener_->tls_at_once && welcome)
        co_await client_.stream().accept_tls(*listener_->tls);
    else if (!welcome && !listener_->tls_at_once)
        co_await say(goodbye("too many connections, try again later"));
    co_return welcome;
}

// Behind a load balancer the client is known only now.
bool Session::admitted()
{
    const session::Admission admission = server_.may_enter(address_, id_, listener_->name);
    if (admission == session::Admission::admitted)
        counted_ = address_;
    else
        reason_ = "refused";
    return counted_.has_value();
}

net::Task<void> Session::carry()
{
    let_witness_catch_up(); // the login has been answered
    relay_ = std::make_unique<Relay>(server_.loop(), client_, *backend_, conversation(),
                                     listener_->times.idle);
    co_await relay_->run(id_);
    reason_ = relay_->reason();
    if (relay_->can_speak())
        co_await say(conversation().farewell(reason_));
}

// Last words: whoever does not read them in time does without.
net::Task<void> Session::say(std::string words)
{
    if (words.empty())
        co_return;
    client_.stream().set_timeout(farewell_patience);
    try {
        co_await client_.write(words);
    } catch (const std::runtime_error&) {
        co_return;
    }
}

void Session::leave()
{
    if (reason_ != "gone" && reason_ != "tls" && reason_ != "client-gone")
        session::close_politely(client_.stream());
}

void Session::drain()
{
    if (at_dialogue_)
        client_.stream().expire();
}

void Session::abort()
{
    if (relay_)
        relay_->abort("shutdown");
    else
        client_.stream().abort();
    if (backend_)
        backend_->stream().abort();
}

bool Session::over_tls() const
{
    return client_.stream().is_tls();
}

bool Session::trusted() const
{
    return listener_->trust_xclient.contains(address_);
}

void Session::set_client(net::Address client, std::uint32_t ttl)
{
    address_ = std::move(client);
    ttl_ = ttl;
}

Caller Session::caller() const
{
    return {.id = id_, .client = address_, .local = client_.stream().local(), .ttl = ttl_};
}

net::Task<void> Session::start_tls()
{
    client_.forget_input();
    co_await client_.stream().accept_tls(*listener_->tls);
}

Login Session::login() const
{
    const bool tls = over_tls();
    return {.id = id_,
            .client = address_,
            .listener = listener_->name,
            .user = user_,
            .by = by_,
            .mechanism = mechanism_,
            .tls = tls ? std::string_view(client_.stream().tls().version) : "none",
            .backend = backend_name_};
}

tap::Party Session::party() const
{
    const net::Address local = client_.stream().local();
    tap::Party now{.client = {address_.ip(), address_.port()},
                   .server = {local.ip(), local.port()},
                   .tls = {},
                   .client_octets = client_.heard(),
                   .server_octets = client_.said()};
    if (over_tls())
        now.tls = client_.stream().tls().version + " " + client_.stream().tls().cipher;
    now.compressed = client_.compressed();
    return now;
}

Totals Session::counted_totals() const
{
    Totals all = totals();
    if (relay_) {
        all.from_client = relay_->from_client();
        all.from_backend = relay_->from_backend();
    }
    all.lasted =
        std::chrono::duration_cast<base::milliseconds>(base::Steady::now() - started_);
    return all;
}

void Session::named(const std::string& user, std::string_view mechanism)
{
    if (witness_ != nullptr && !user.empty())
        witness_->login_began(routed_name(user, listener_->user_domain), {}, mechanism);
}

void Session::trying(sasl::Identity who, std::string mechanism)
{
    user_ = who.mailbox();
    by_ = std::move(who.user);
    mechanism_ = std::move(mechanism);
    trying_ = true;
    server_.world().journal.login_tried(login());
    if (witness_ != nullptr)
        witness_->login_began(routed_name(user_, listener_->user_domain), by_, mechanism_);
}

// Only what nobody but the client and we have heard, and its own.
void Session::shows(std::string_view password)
{
    base::wipe(password_);
    if (server_.world().learner != nullptr && over_tls() && by_ == user_)
        password_ = password;
}

void Session::learn(bool accepted)
{
    if (password_.empty())
        return;
    const base::Wiped wiped(password_);
    const std::string name = folded_user();
    if (accepted)
        server_.world().learner->accepted(name, password_);
    else
        server_.world().learner->refused(name, password_);
}

bool Session::succeeded(Link link)
{
    if (!link.stands_in) // the queue knows only what was learned
        learn(true);
    base::wipe(password_);
    // A token may not say whose it is: then there is nobody to count.
    const std::uint32_t limit = user_.empty() ? 0 : listener_->connections_per_user;
    UserPlaces::Place place(server_.users(), folded_user(), limit);
    if (!place) {
        failed({TroubleKind::in_use, "this user has too many connections", {}});
        return false;
    }
    place_ = std::move(place);
    backend_ = std::move(link.leg);
    backend_name_ = std::move(link.name);
    backend_tls_ = std::move(link.tls);
    server_.world().journal.login_accepted(login());
    if (witness_ != nullptr)
        witness_->login_accepted();
    return true;
}

li::Cause Session::cause_of(const Trouble& trouble) const
{
    li::Cause cause = told(trouble);
    if (!is_of_host(trouble.kind))
        return cause;
    cause.layer = trouble.kind == TroubleKind::tls ? "tls" : "connection";
    cause.text = trouble.why;
    return cause;
}

void Session::failed(const Trouble& trouble)
{
    trying_ = false;
    if (trouble.of_password)
        learn(false);
    base::wipe(password_);
    Login tried = login();
    tried.backend = trouble.backend;
    server_.world().journal.login_failed(tried, trouble);
    if (witness_ != nullptr)
        witness_->login_failed(cause_of(trouble));
    user_.clear();
    by_.clear();
    mechanism_.clear();
}

void Session::turned_down(const sasl::Attempt& attempt)
{
    trying(attempt.who, attempt.mechanism);
    failed({TroubleKind::refused, std::string(attempt.why), {}});
}

void Session::work()
{
    client_.stream().set_deadline(base::SteadyTime::max());
}

void Session::listen()
{
    if (must_go())
        client_.stream().expire();
    else
        client_.stream().set_deadline(std::max(started_ + listener_->times.login,
                                               base::Steady::now() + time_to_hear));
}

net::Task<void> Session::delay_refusal()
{
    co_await net::sleep_for(server_.loop(), listener_->times.login_delay);
}

} // namespace proxy
