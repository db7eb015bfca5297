// SPDX-License-Identifier: Apache-2.0
// proxy/relay.cc - see the header.
#include "proxy/relay.h"

#include "text/passage.h"

#include <algorithm>
#include <utility>

namespace proxy {

namespace {

constexpr base::seconds half_open{60}; // answers to a client that has nothing more to say

// Runs one direction; why it ended, as in Relay::reason().
net::Task<std::string_view> reason_of(net::Task<void> direction, std::string_view closed,
                                      std::string_view gone)
{
    try {
        co_await std::move(direction);
    } catch (const net::TimedOut&) {
        co_return "timeout";
    } catch (const net::PeerGone&) {
        co_return gone;
    } catch (const net::TlsFailure&) {
        co_return gone;
    } catch (const BadCompression&) {
        co_return "protocol";
    }
    co_return closed;
}

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
    const std::string_view why = co_await reason_of(carry_up(), "client", "client-gone");
    if (why == "client") { // it may have asked things whose answers it still wants
        patience_ = std::min(patience_, half_open);
        touch();
        backend_.stream().shutdown_write();
    } else {
        over(why);
    }
    co_await done_.wait();
    conversation_.ended();
}

net::Task<void> Relay::answers()
{
    const std::string_view why =
        co_await reason_of(carry_down(), "backend", "backend-gone");
    over(why);
    done_.set();
}

net::Task<void> Relay::carry_up()
{
    text::Passage passage;
    for (;;) {
        const std::string_view bytes = co_await client_.hear_bytes();
        if (bytes.empty())
            co_return;
        touch();
        const std::size_t taken = conversation_.client(bytes, passage);
        from_client_ += taken;
        co_await backend_.write(passage);
        passage.clear();
        client_.take(taken);
        if (!conversation_.trouble().empty())
            over("protocol");
        while (client_waits() && !over_) {
            heard_.clear();
            co_await heard_.wait();
        }
        if (over_)
            co_return;
    }
}

// Its next bytes are compressed, or cannot be taken yet.
bool Relay::client_waits() const
{
    const bool compression_begins = conversation_.compress_now() && !client_.compressed();
    return compression_begins || conversation_.must_wait();
}

net::Task<void> Relay::carry_down()
{
    text::Passage passage;
    for (;;) {
        const std::string_view bytes = co_await backend_.hear_bytes();
        if (bytes.empty())
            co_return;
        touch();
        const std::size_t taken = conversation_.server(bytes, passage);
        from_backend_ += taken;
        speaking_ = true;
        co_await client_.write(passage);
        speaking_ = false;
        passage.clear();
        backend_.take(taken);
        if (conversation_.compress_now() && !client_.compressed())
            client_.compress();
        if (!conversation_.trouble().empty()) {
            over("protocol");
            co_return;
        }
        heard_.set();
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
    reason_ = reason;
    client_.stream().expire();
    backend_.stream().abort();
    heard_.set();
}

} // namespace proxy
