// SPDX-License-Identifier: Apache-2.0
// proxy/relay.cc - see the header.
#include "proxy/relay.h"

#include "text/passage.h"

#include <algorithm>
#include <utility>

namespace proxy {

namespace {

constexpr base::seconds half_open{60}; // answers to a client that has nothing more to say

} // namespace

Relay::Relay(net::Loop& loop, Leg& client, Leg& backend, Conversation& conversation,
             base::seconds idle)
    : loop_(loop), client_(client), backend_(backend), conversation_(conversation),
      patience_(idle), heard_(loop), done_(loop)
{
}

net::Task<void> Relay::run(std::string id)
{
    touch();
    loop_.spawn(std::move(id), answers());
    const std::string_view why = co_await carry_up();
    if (why == "client") { // it may have asked things whose answers it still wants
        patience_ = std::min(patience_, half_open);
        touch();
        co_await hear_answers();
        client_left_ = true;
        if (conversation_.has_quit())
            over(why);
        else
            backend_.stream().shutdown_write();
    } else {
        over(why);
    }
    co_await done_.wait();
    conversation_.ended();
}

// A server that hears the end of TLS does not answer any more.
net::Task<void> Relay::hear_answers()
{
    while ((conversation_.owes_answers() || speaking_) && !over_) {
        heard_.clear();
        co_await heard_.wait();
    }
}

net::Task<void> Relay::answers()
{
    const std::string_view why = co_await carry_down();
    over(why);
    done_.set();
}

// Hears and waits by itself: an idle session holds no other frames than these two.
net::Task<std::string_view> Relay::carry_up()
{
    text::Passage passage;
    std::string_view gone = "client-gone"; // if a connection breaks now
    try {
        for (;;) {
            while (!client_.hear_now()) {
                co_await client_.wait();
                if (over_)
                    co_return reason_;
            }
            const std::string_view bytes = client_.available();
            if (bytes.empty())
                co_return "client";
            touch();
            const std::size_t taken = conversation_.client(bytes, passage);
            from_client_ += taken;
            gone = "backend-gone";
            co_await backend_.write(passage);
            conversation_.passed();
            gone = "client-gone";
            passage.clear();
            client_.take(taken);
            while (client_waits() && may_go_on()) {
                heard_.clear();
                co_await heard_.wait();
            }
            if (!may_go_on())
                co_return "protocol";
        }
    } catch (...) {
        conversation_.passed(); // what was heard of lies in the passage
        co_return reason_now(gone);
    }
}

net::Task<std::string_view> Relay::carry_down()
{
    text::Passage passage;
    std::string_view gone = "backend-gone";
    try {
        for (;;) {
            while (!backend_.hear_now()) {
                co_await backend_.wait();
                if (over_)
                    co_return reason_;
            }
            const std::string_view bytes = backend_.available();
            if (bytes.empty())
                co_return "backend";
            touch();
            const std::size_t taken = conversation_.server(bytes, passage);
            from_backend_ += taken;
            speaking_ = true;
            gone = "client-gone";
            co_await client_.write(passage);
            conversation_.passed();
            gone = "backend-gone";
            speaking_ = false;
            passage.clear();
            backend_.take(taken);
            if (conversation_.compress_now() && !client_.compressed())
                client_.compress();
            if (!may_go_on())
                co_return "protocol";
            heard_.set();
        }
    } catch (...) {
        conversation_.passed(); // what was heard of lies in the passage
        co_return reason_now(gone);
    }
}

// Its next bytes are compressed, or cannot be taken yet.
bool Relay::client_waits() const
{
    const bool compression_begins = conversation_.compress_now() && !client_.compressed();
    return compression_begins || conversation_.must_wait();
}

bool Relay::may_go_on() const
{
    return !over_ && conversation_.trouble().empty();
}

// What is being caught now.
std::string_view Relay::reason_now(std::string_view gone)
{
    try {
        throw;
    } catch (const net::TimedOut&) {
        return "timeout";
    } catch (const net::PeerGone&) {
        return gone;
    } catch (const net::TlsFailure&) {
        return gone;
    } catch (const BadCompression&) { // of whom we were hearing
        return gone == "client-gone" ? "client-protocol" : "protocol";
    } catch (...) { // ours: memory, a library
        failure_ = std::current_exception();
        return "broken";
    }
}

// Whatever passes in either direction is a sign of life of both.
void Relay::touch()
{
    const base::SteadyTime until = base::Steady::now() + patience_;
    client_.stream().set_deadline(until);
    backend_.stream().set_deadline(until);
}

// The first reason counts; whatever waits on either side ends.  The client may still be
// told something.
void Relay::over(std::string_view reason)
{
    if (over_)
        return;
    over_ = true;
    reason_ = conversation_.has_quit()              ? "quit"
              : client_left_ && reason == "backend" ? "client"
                                                    : reason;
    client_.stream().expire();
    backend_.stream().abort();
    heard_.set();
}

} // namespace proxy
