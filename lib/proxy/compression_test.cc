// SPDX-License-Identifier: Apache-2.0
#include "proxy/compression.h"

#include <doctest/doctest.h>
#include <string>

namespace {

using proxy::Compression;

std::string inflate_all(Compression& to, std::string_view packed, std::size_t step)
{
    std::string plain;
    while (!packed.empty() || to.may_hold_more()) {
        const std::size_t used = to.inflate(packed.substr(0, step));
        packed.remove_prefix(used);
        CHECK(to.plain().size() <= Compression::block);
        plain += to.plain();
        to.take(to.plain().size());
    }
    return plain;
}

std::string deflated(Compression& from, std::string_view plain)
{
    std::string packed;
    from.deflate(plain, packed);
    from.flush(packed);
    return packed;
}

} // namespace

TEST_CASE("proxy: what one side deflates the other inflates, cut at every size")
{
    const std::string text = "* 1 FETCH (BODY[] {5}\r\nhello)\r\na OK done\r\n";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        Compression one;
        Compression other;
        CHECK(inflate_all(other, deflated(one, text), step) == text);
        CHECK(inflate_all(other, deflated(one, "more"), step) == "more");
        CHECK(inflate_all(one, deflated(other, text), step) == text);
    }
}

TEST_CASE("proxy: after a flush everything can be read")
{
    Compression one;
    Compression other;
    for (int i = 0; i < 100; ++i) {
        const std::string line = "a" + std::to_string(i) + " NOOP\r\n";
        CHECK(inflate_all(other, deflated(one, line), 1000) == line);
    }
}

TEST_CASE("proxy: a compression bomb comes block by block")
{
    Compression one;
    const std::string packed = deflated(one, std::string(50u << 20, 'x'));
    CHECK(packed.size() < 100'000);
    Compression other;
    std::string_view left = packed;
    std::size_t size = 0;
    while (!left.empty() || other.may_hold_more()) {
        left.remove_prefix(other.inflate(left));
        CHECK(other.plain().size() <= Compression::block);
        size += other.plain().size();
        other.take(other.plain().size());
    }
    CHECK(size == 50u << 20);
}

TEST_CASE("proxy: what is no deflate stream is said so")
{
    Compression to;
    CHECK_THROWS_AS((void)to.inflate("\xff\xff\xff garbage"), proxy::BadCompression);
}

TEST_CASE("proxy: who ends the deflate stream has said all, and what came in it counts")
{
    const std::string packed("\xcb\x48\xcd\xc9\xc9\x07\x00", 7); // "hello", and the end
    Compression to;
    CHECK(to.inflate(packed + "behind") == packed.size());
    CHECK(to.plain() == "hello");
    CHECK(to.ended());
}
