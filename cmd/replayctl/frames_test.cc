// SPDX-License-Identifier: Apache-2.0
// What is said to users arrives, in order and whole; who does not listen holds nobody.
#include "base/fd.h"
#include "frames.h"

#include <array>
#include <doctest/doctest.h>
#include <ostream>
#include <sys/socket.h>
#include <vector>

namespace {

using replayctl::encode;
using replayctl::Frame;
using replayctl::FrameBuffer;
using replayctl::FrameParser;
using replayctl::FrameSender;
using Kind = replayctl::Frame::Kind;

struct Pair {
    base::Fd ours;
    base::Fd theirs;
    Pair()
    {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        ours.reset(ends[0]);
        theirs.reset(ends[1]);
    }
    // What there is now.
    [[nodiscard]] std::string heard() const
    {
        std::string text;
        std::array<char, 65'536> buffer{};
        for (ssize_t count = 0; (count = ::recv(theirs.get(), buffer.data(), buffer.size(),
                                                MSG_DONTWAIT)) > 0;)
            text.append(buffer.data(), static_cast<std::size_t>(count));
        return text;
    }
};

} // namespace

TEST_CASE("replayctl: frames, octet by octet")
{
    const std::string text = encode(Kind::output, "one") + encode(Kind::error, "") +
                             encode(Kind::status, std::string(1, '\x4d'));
    FrameParser parser;
    std::vector<Frame> frames;
    for (const char octet : text) {
        parser.take({&octet, 1});
        while (auto frame = parser.next())
            frames.push_back(std::move(*frame));
    }
    CHECK(frames == std::vector<Frame>{
                        {Kind::output, "one"}, {Kind::error, ""}, {Kind::status, "\x4d"}});
    CHECK_FALSE(parser.is_malformed());
}

TEST_CASE("replayctl: what are no frames")
{
    for (const std::string& bad :
         {std::string("y\0\0\0\1x", 6), std::string("o\xff\xff\xff\xff", 5),
          std::string("o\0\1\0\1", 5)}) {
        FrameParser parser;
        parser.take(bad);
        CHECK_FALSE(parser.next());
        CHECK(parser.is_malformed());
        parser.take(encode(Kind::output, "x"));
        CHECK_FALSE(parser.next());
    }
}

TEST_CASE("replayctl: a stream becomes frames, none larger than the largest")
{
    const Pair pair;
    FrameSender sender(pair.ours.get(), base::milliseconds{1000});
    FrameBuffer buffer(sender, Kind::error);
    std::ostream stream(&buffer);
    const std::string much(replayctl::most_frame + 1, 'y');
    stream << "x" << much;
    CHECK(stream.good());
    stream.put('z');
    CHECK(pair.heard() ==
          encode(Kind::error, "x") +
              encode(Kind::error, std::string_view(much).substr(0, replayctl::most_frame)) +
              encode(Kind::error, "y") + encode(Kind::error, "z"));
}

TEST_CASE("replayctl: who does not listen is given up, and so is who has gone")
{
    Pair deaf;
    FrameSender to_deaf(deaf.ours.get(), base::milliseconds{1});
    const std::string much(replayctl::most_frame, 'x');
    int sent = 0;
    while (to_deaf.send(Kind::output, much))
        REQUIRE(++sent < 1000);
    (void)deaf.heard();
    CHECK_FALSE(to_deaf.send(Kind::output, "x")); // it would stand behind half a frame

    Pair left;
    left.theirs.reset();
    FrameSender to_left(left.ours.get(), base::milliseconds{1000});
    FrameBuffer buffer(to_left, Kind::output);
    std::ostream stream(&buffer);
    stream << "x";
    CHECK_FALSE(stream.good());
}
