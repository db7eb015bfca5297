// SPDX-License-Identifier: Apache-2.0
// How much a leg holds of what its peer has sent ahead.
#include "net/test_support.h"
#include "proxy/leg.h"

#include <doctest/doctest.h>
#include <string>
#include <utility>

namespace {

using net::LineBuffer;
using net::Task;
using proxy::Leg;

Task<void> flood(net::Stream& peer)
{
    const std::string much(LineBuffer::large_block, 'x');
    co_await peer.write("a LOGIN anna wrong\r\n" + much);
    peer.shutdown_write();
}

// As a session before the login does, and then a relay.
Task<void> listen(Leg& leg)
{
    std::string_view heard = co_await leg.hear_bytes();
    CHECK(heard.size() <= LineBuffer::line_block);
    leg.take(10);
    heard = co_await leg.hear_bytes();
    CHECK(heard.size() <= LineBuffer::line_block);
    leg.take(heard.size());
    const bool there = leg.hear_now();
    CHECK(there);
    CHECK(leg.available().size() > LineBuffer::line_block);
}

} // namespace

TEST_CASE("proxy: who sends ahead before the login fills a small block")
{
    net::Loop loop;
    auto [one, other] = net::test::stream_pair(loop);
    Leg leg(std::move(other));
    net::test::run(loop, flood(one), listen(leg));
}
