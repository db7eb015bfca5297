// SPDX-License-Identifier: Apache-2.0
// Lines from a stream, plain and TLS, however they are cut on the way.
#include "net/line_reader.h"
#include "net/test_support.h"
#include "net/tls.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <vector>

using namespace net;
using net::test::run;

namespace {

Task<void> say(Stream& stream, std::string text, std::size_t cut)
{
    for (std::size_t at = 0; at < text.size(); at += cut)
        co_await stream.write(std::string_view(text).substr(at, cut));
    stream.shutdown_write();
}

Task<void> hear(Stream& stream, std::vector<std::string>& lines)
{
    LineReader reader(stream);
    for (;;) {
        const std::optional<Line> line = co_await reader.hear_line(100);
        if (!line)
            co_return;
        lines.push_back(line->too_long ? "<long>" : std::string(line->text));
    }
}

Task<void> hear_data(Stream& stream, std::string& command, std::string& data)
{
    LineReader reader(stream);
    const std::optional<Line> line = co_await reader.hear_line(100);
    command = line->text;
    for (;;) {
        const std::string_view bytes = co_await reader.hear_bytes();
        if (bytes.empty())
            co_return;
        const std::size_t part = bytes.size() > 1 ? bytes.size() / 2 : 1;
        data += bytes.substr(0, part);
        reader.take(part);
    }
}

Task<void> hear_commands(Stream& stream, std::vector<std::string>& lines, bool& pipelined)
{
    LineReader reader(stream);
    const std::optional<Line> first = co_await reader.hear_line(100);
    lines.emplace_back(first->text);
    pipelined = reader.has_buffered();
    for (auto line = reader.buffered_line(100); line; line = reader.buffered_line(100))
        lines.emplace_back(line->text);
    CHECK(reader.available() == "half");
    const bool more = co_await reader.hear_more();
    CHECK_FALSE(more);
    reader.drop_buffered();
    CHECK_FALSE(reader.has_buffered());
}

Task<void> say_by_tls(Stream& stream, const TlsContext& context, std::string text)
{
    co_await stream.connect_tls(context, "");
    co_await say(stream, std::move(text), 7);
}

Task<void> hear_by_tls(Stream& stream, const TlsContext& context, std::string& data)
{
    std::string command;
    co_await stream.accept_tls(context);
    co_await hear_data(stream, command, data);
    CHECK(command == "DATA");
}

// Reads until others had their turn or everything is read.
Task<void> hear_a_flood(Stream& stream, std::size_t size, const bool& turn, bool& in_time)
{
    LineReader reader(stream);
    std::size_t heard = 0;
    while (heard < size && !turn) {
        const std::string_view bytes = co_await reader.hear_bytes();
        heard += bytes.size();
        reader.take(bytes.size());
    }
    in_time = heard < size;
}

} // namespace

TEST_CASE("net: lines are heard whatever pieces they come in")
{
    const std::string text =
        "EHLO a\r\n\r\n" + std::string(500, 'x') + "\r\nMAIL FROM:<>\r\nQUIT\r\nhalf";
    for (const std::size_t cut : {1u, 2u, 3u, 7u, 64u, 1000u}) {
        CAPTURE(cut);
        Loop loop;
        auto [one, other] = test::stream_pair(loop);
        std::vector<std::string> lines;
        run(loop, say(one, text, cut), hear(other, lines));
        CHECK(lines ==
              std::vector<std::string>{"EHLO a", "", "<long>", "MAIL FROM:<>", "QUIT"});
    }
}

TEST_CASE("net: data are raw bytes behind a line")
{
    std::string body;
    for (int i = 0; i < 60'000; ++i)
        body += "line " + std::to_string(i) + "\r\n";
    Loop loop;
    auto [one, other] = test::tcp_pair(loop);
    std::string command;
    std::string data;
    run(loop, say(one, "DATA\r\n" + body, 50'000), hear_data(other, command, data));
    CHECK(command == "DATA");
    CHECK(data == body);
}

TEST_CASE("net: what was pipelined is seen, and can be thrown away")
{
    Loop loop;
    auto [one, other] = test::stream_pair(loop);
    std::vector<std::string> lines;
    bool pipelined = false;
    run(loop, say(one, "STARTTLS\r\nNOOP\r\nhalf", 100),
        hear_commands(other, lines, pipelined));
    CHECK(pipelined);
    CHECK(lines == std::vector<std::string>{"STARTTLS", "NOOP"});
}

TEST_CASE("net: a reader works the same in TLS")
{
    const test::Folder folder;
    const auto certificate = test::make_certificate(folder, "a", {"a.example"});
    ServerTlsOptions options;
    options.certificates = {{certificate.chain_file, certificate.key_file}};
    const TlsContext server(options);
    const TlsContext client(ClientTlsOptions{});
    const std::string body(100'000, 'y');
    Loop loop;
    auto [one, other] = test::tcp_pair(loop);
    std::string data;
    run(loop, say_by_tls(one, client, "DATA\r\n" + body), hear_by_tls(other, server, data));
    CHECK(data == body);
}

TEST_CASE("net: who sends without a pause does not keep the loop for himself")
{
    Loop loop;
    auto [here, there] = net::test::stream_pair(loop);
    // All of it is there before anybody reads: the reader never has to wait.
    const std::string block(8192, 'x');
    std::size_t size = 0;
    for (ssize_t sent = 0; sent >= 0; size += sent > 0 ? static_cast<std::size_t>(sent) : 0)
        sent = ::send(there.fd(), block.data(), block.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    REQUIRE(size > LineReader::fair_stretch + 2 * block.size());
    bool turn = false;
    bool in_time = false;
    loop.spawn("-", hear_a_flood(here, size, turn, in_time));
    loop.post([&] { turn = true; });
    loop.every(base::milliseconds(5), [&] {
        if (loop.dialogues() == 0)
            loop.stop();
    });
    loop.run();
    CHECK(in_time);
}
