// SPDX-License-Identifier: Apache-2.0
// Streams over sockets, pipes and files: order, back-pressure, deadlines, abort.
#include "base/failure.h"
#include "net/test_support.h"

#include <array>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

using namespace net;
using net::test::run;

namespace {

std::string pattern(std::size_t size)
{
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>((i * 7 + i / 251) & 0xff);
    return bytes;
}

Task<void> write_and_end(Stream stream, std::string_view head, std::string_view bytes)
{
    co_await stream.write(head, bytes);
    stream.shutdown_write();
}

Task<void> slurp(Stream stream, std::string& into)
{
    into = co_await test::read_all(stream);
}

Task<void> read_once(Stream& stream, std::string& how)
{
    std::array<char, 16> buffer;
    try {
        const std::size_t got = co_await stream.read_some(buffer);
        how = std::to_string(got);
    } catch (const TimedOut&) {
        how = "timed out";
    } catch (const PeerGone&) {
        how = "gone";
    }
}

Task<void> write_much(Stream& stream, std::string& how)
{
    const std::string much(8u << 20, 'x');
    try {
        co_await stream.write(much);
        how = "fine";
    } catch (const TimedOut&) {
        how = "timed out";
    } catch (const PeerGone&) {
        how = "gone";
    }
}

Task<void> abort_soon(Loop& loop, Stream& stream)
{
    co_await sleep_for(loop, base::milliseconds(10));
    stream.abort();
}

Task<void> destroy_soon(Loop& loop, std::unique_ptr<Stream>& stream)
{
    co_await sleep_for(loop, base::milliseconds(10));
    stream.reset();
}

Task<void> send_file_and_end(Stream stream, int file, std::uint64_t from,
                             std::uint64_t length, std::string& how)
{
    try {
        co_await stream.write_file(file, from, length);
        how = "fine";
    } catch (const base::Failure& failure) {
        how = failure.what();
    }
    stream.shutdown_write();
}

} // namespace

TEST_CASE("net: large writes arrive in order whatever the buffers are")
{
    const std::string bytes = pattern(5u << 20);
    for (const bool tcp : {false, true}) {
        Loop loop;
        auto [one, other] = tcp ? test::tcp_pair(loop) : test::stream_pair(loop);
        std::string heard;
        run(loop, write_and_end(std::move(one), "head ", bytes),
            slurp(std::move(other), heard));
        CHECK(heard == "head " + bytes);
    }
}

TEST_CASE("net: pipes are streams, too")
{
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    Loop loop;
    Stream reading(loop, base::Fd(ends[0]));
    Stream writing(loop, base::Fd(ends[1]));
    CHECK(reading.peer().family() == Address::Family::none);
    const std::string bytes = pattern(300'000);
    std::string heard;
    run(loop, write_and_end(std::move(writing), "", bytes),
        slurp(std::move(reading), heard));
    CHECK(heard == bytes);
}

TEST_CASE("net: a deadline ends reads and writes, late by less than half a second")
{
    Loop loop;
    auto [one, silent] = test::stream_pair(loop);
    auto [other, deaf] = test::stream_pair(loop);
    const base::SteadyTime start = base::Steady::now();
    one.set_deadline(start + base::milliseconds(100));
    other.set_deadline(start + base::milliseconds(200));
    std::string read_end;
    std::string write_end;
    run(loop, read_once(one, read_end), write_much(other, write_end));
    CHECK(read_end == "timed out");
    CHECK(write_end == "timed out");
    const auto took = base::Steady::now() - start;
    CHECK(took >= base::milliseconds(200));
    CHECK(took < base::milliseconds(700));

    REQUIRE(::write(silent.fd(), "0123456789abcdef", 16) == 16);
    run(loop, read_once(one, read_end)); // there are bytes, but it stays late
    CHECK(read_end == "timed out");
    one.set_timeout(base::seconds(5));
    one.set_timeout(base::seconds(0));
    one.set_timeout(base::seconds(1));
    run(loop, read_once(one, read_end));
    CHECK(read_end == "16");
}

TEST_CASE("net: abort wakes who waits, and lasts")
{
    Loop loop;
    auto [one, other] = test::stream_pair(loop);
    std::string how;
    run(loop, read_once(one, how), abort_soon(loop, one));
    CHECK(how == "gone");
    run(loop, read_once(one, how));
    CHECK(how == "gone");
    run(loop, write_much(other, how), abort_soon(loop, other));
    CHECK(how == "gone");
}

TEST_CASE("net: a stream destroyed under a waiting read ends that read")
{
    Loop loop;
    auto [one, other] = test::stream_pair(loop);
    auto doomed = std::make_unique<Stream>(std::move(one));
    doomed->set_timeout(base::seconds(1));
    std::string how;
    Stream& reference = *doomed;
    run(loop, read_once(reference, how), destroy_soon(loop, doomed));
    CHECK(how == "gone");
}

TEST_CASE("net: the peer's end is 0 for reads and PeerGone for writes, without a signal")
{
    Loop loop;
    auto [one, other] = test::stream_pair(loop);
    {
        const Stream gone = std::move(other);
    }
    std::string how;
    run(loop, read_once(one, how));
    CHECK(how == "0");
    run(loop, write_much(one, how));
    CHECK(how == "gone");
}

TEST_CASE("net: try_read never waits")
{
    Loop loop;
    auto [one, other] = test::stream_pair(loop);
    std::array<char, 4> buffer;
    CHECK(one.try_read(buffer) == 0);
    run(loop, write_and_end(std::move(other), "abc", "de"));
    CHECK(one.try_read(buffer) == 4);
    CHECK(one.try_read(buffer) == 1);
    CHECK(one.try_read(buffer) == -1);
}

TEST_CASE("net: a file goes out by its bytes, and a file too short is noticed")
{
    const test::Folder folder;
    const std::string bytes = pattern(3u << 20);
    const std::string name = folder.write("message", bytes);
    const base::Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    struct {
        std::uint64_t from;
        std::uint64_t length;
        const char* how;
    } const cases[] = {
        {0, bytes.size(), "fine"},
        {4097, 100'000, "fine"},
        {0, 0, "fine"},
        {bytes.size() - 10, 11, "read file to send: shorter than it was"},
    };
    for (const auto& c : cases) {
        Loop loop;
        auto [one, other] = test::tcp_pair(loop);
        std::string heard;
        std::string how;
        run(loop, send_file_and_end(std::move(one), file.get(), c.from, c.length, how),
            slurp(std::move(other), heard));
        CHECK(how == c.how);
        CHECK(heard == bytes.substr(c.from, c.length));
    }
}
