// SPDX-License-Identifier: Apache-2.0
#include "net/test_support.h"
#include "proxy/relay.h"

#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <vector>

namespace {

using net::Task;
using proxy::Conversation;
using proxy::Leg;
using proxy::Relay;

// Passes everything; "wait" of the client waits until the server has said "go"; "bad" of
// the server is trouble; "zip" begins compression behind it.
class Simple : public Conversation {
public:
    std::size_t client(std::string_view bytes, text::Passage& out) override
    {
        const std::size_t at = bytes.find("wait");
        if (at == std::string_view::npos) {
            out.pass(bytes);
            return bytes.size();
        }
        waits_ = true;
        out.pass(bytes.substr(0, at + 4));
        return at + 4;
    }
    std::size_t server(std::string_view bytes, text::Passage& out) override
    {
        if (bytes.contains("go"))
            waits_ = false;
        if (bytes.contains("bad"))
            trouble_ = "bad";
        has_quit_ = has_quit_ || bytes.contains("bye");
        const std::size_t at = zip_ ? std::string_view::npos : bytes.find("zip");
        if (at != std::string_view::npos) {
            zip_ = true;
            bytes = bytes.substr(0, at + 3);
        }
        out.pass(bytes);
        return bytes.size();
    }
    bool must_wait() const override { return waits_; }
    bool has_quit() const override { return has_quit_; }
    bool compress_now() const override { return zip_; }
    std::string_view trouble() const override { return trouble_; }
    std::string farewell(std::string_view why) const override
    {
        return "bye " + std::string(why);
    }
    void ended() override { ++ended_; }
    int ended_ = 0;

private:
    bool waits_ = false;
    bool has_quit_ = false;
    bool zip_ = false;
    std::string_view trouble_;
};

struct Scene {
    explicit Scene(base::seconds idle = base::seconds{60})
        : relay(loop, client_leg, backend_leg, conversation, idle)
    {
    }
    // A deadline that is left would keep the loop running.
    Task<void> relayed()
    {
        co_await relay.run("test");
        client_leg.stream().set_deadline(base::SteadyTime::max());
        backend_leg.stream().set_deadline(base::SteadyTime::max());
        client_leg.stream().shutdown_write();
        server->abort();
    }

    net::Loop loop;
    std::pair<net::Stream, net::Stream> left = net::test::stream_pair(loop);
    std::pair<net::Stream, net::Stream> right = net::test::stream_pair(loop);
    std::optional<net::Stream> user{std::move(left.first)};
    std::optional<net::Stream> server{std::move(right.first)};
    Leg client_leg{std::move(left.second)};
    Leg backend_leg{std::move(right.second)};
    Simple conversation;
    Relay relay;
};

void run(Scene& scene, auto... dialogues)
{
    std::vector<Task<void>> all;
    (all.push_back(std::move(dialogues)), ...);
    net::test::run(scene.loop, std::move(all));
}

Task<void> say_and_leave(std::optional<net::Stream>& who, std::string words)
{
    co_await who->write(words);
    who->shutdown_write();
}

} // namespace

TEST_CASE("proxy: the relay carries both ways until the backend ends")
{
    Scene scene;
    const auto user = [](Scene& s) -> Task<void> {
        co_await s.user->write("hello");
        CHECK(co_await net::test::read_all(*s.user) == "welcome");
    };
    const auto server = [](Scene& s) -> Task<void> {
        CHECK(co_await net::test::read_exactly(*s.server, 5) == "hello");
        co_await say_and_leave(s.server, "welcome");
    };
    run(scene, scene.relayed(), user(scene), server(scene));
    CHECK(scene.relay.reason() == "backend");
    CHECK(scene.relay.from_client() == 5);
    CHECK(scene.relay.from_backend() == 7);
    CHECK(scene.conversation.ended_ == 1);
    CHECK(scene.relay.can_speak());
}

TEST_CASE("proxy: a client that has said all still hears the answers")
{
    Scene scene;
    const auto user = [](Scene& s) -> Task<void> {
        co_await say_and_leave(s.user, "all at once");
        CHECK(co_await net::test::read_exactly(*s.user, 6) == "answer");
    };
    const auto server = [](Scene& s) -> Task<void> {
        CHECK(co_await net::test::read_all(*s.server) == "all at once");
        co_await say_and_leave(s.server, "answer");
    };
    run(scene, scene.relayed(), user(scene), server(scene));
    CHECK(scene.relay.reason() == "client");
}

TEST_CASE("proxy: nobody waits for a server whose client has taken its leave")
{
    Scene scene;
    const auto user = [](Scene& s) -> Task<void> {
        co_await s.user->write("quit");
        CHECK(co_await net::test::read_exactly(*s.user, 3) == "bye");
        s.user->shutdown_write();
    };
    const auto server = [](Scene& s) -> Task<void> {
        CHECK(co_await net::test::read_exactly(*s.server, 4) == "quit");
        co_await s.server->write("bye");
    };
    const base::SteadyTime began = base::Steady::now();
    run(scene, scene.relayed(), user(scene), server(scene));
    CHECK(scene.relay.reason() == "quit");
    CHECK(base::Steady::now() - began < base::seconds{30}); // half of what it would wait
}

TEST_CASE("proxy: a client that has taken its leave hears the answer to its end")
{
    Scene scene;
    static const std::string answer = std::string(1u << 20, 'x') + "bye";
    const auto user = [](Scene& s) -> Task<void> {
        constexpr base::milliseconds moment{100}; // until the pipe is full
        co_await say_and_leave(s.user, "quit");
        co_await net::sleep_for(s.loop, moment);
        CHECK(co_await net::test::read_all(*s.user) == answer);
    };
    const auto server = [](Scene& s) -> Task<void> {
        CHECK(co_await net::test::read_exactly(*s.server, 4) == "quit");
        co_await say_and_leave(s.server, answer);
    };
    run(scene, scene.relayed(), user(scene), server(scene));
    CHECK(scene.relay.reason() == "quit");
}

TEST_CASE("proxy: a client that must wait is heard when the server has said more")
{
    Scene scene;
    const auto user = [](Scene& s) -> Task<void> {
        co_await s.user->write("wait and more");
        CHECK(co_await net::test::read_exactly(*s.user, 2) == "go");
    };
    const auto server = [](Scene& s) -> Task<void> {
        CHECK(co_await net::test::read_exactly(*s.server, 4) == "wait");
        co_await s.server->write("go");
        CHECK(co_await net::test::read_exactly(*s.server, 9) == " and more");
        s.server->shutdown_write();
    };
    run(scene, scene.relayed(), user(scene), server(scene));
    CHECK(scene.relay.reason() == "backend");
}

TEST_CASE("proxy: silence on both sides ends in a time-out, and something may be said")
{
    Scene scene(base::seconds{1});
    run(scene, scene.relayed());
    CHECK(scene.relay.reason() == "timeout");
    CHECK(scene.relay.can_speak());
}

TEST_CASE("proxy: whoever does not read is not read for, and is ended in the middle")
{
    Scene scene(base::seconds{1});
    const auto server = [](Scene& s) -> Task<void> {
        try {
            for (;;)
                co_await s.server->write(std::string(1u << 20, 'x'));
        } catch (const std::runtime_error&) {
            co_return;
        }
    };
    run(scene, scene.relayed(), server(scene));
    CHECK(scene.relay.reason() == "timeout");
    CHECK(scene.relay.from_backend() < 8u << 20);
    CHECK_FALSE(scene.relay.can_speak());
}

TEST_CASE("proxy: trouble in the conversation ends the session, also for who waits")
{
    Scene scene;
    const auto user = [](Scene& s) -> Task<void> {
        co_await s.user->write("wait");
        CHECK(co_await net::test::read_exactly(*s.user, 3) == "bad");
    };
    const auto server = [](Scene& s) -> Task<void> {
        CHECK(co_await net::test::read_exactly(*s.server, 4) == "wait");
        co_await s.server->write("bad");
    };
    run(scene, scene.relayed(), user(scene), server(scene));
    CHECK(scene.relay.reason() == "protocol");
}

TEST_CASE("proxy: aborted from outside")
{
    Scene scene;
    const auto stop = [](Scene& s) -> Task<void> {
        co_await s.user->write("x");
        (void)co_await net::test::read_exactly(*s.server, 1);
        s.relay.abort("shutdown");
    };
    run(scene, scene.relayed(), stop(scene));
    CHECK(scene.relay.reason() == "shutdown");
}

TEST_CASE("proxy: compression begins behind the server's word, in both directions")
{
    Scene scene;
    const auto user = [](Scene& s) -> Task<void> {
        CHECK(co_await net::test::read_exactly(*s.user, 3) == "zip");
        Leg packed(std::move(*s.user));
        packed.compress();
        co_await packed.write("question");
        const std::string_view answer = co_await packed.hear_bytes();
        CHECK(answer == "answer");
    };
    const auto server = [](Scene& s) -> Task<void> {
        co_await s.server->write("zip");
        CHECK(co_await net::test::read_exactly(*s.server, 8) == "question");
        co_await say_and_leave(s.server, "answer");
    };
    run(scene, scene.relayed(), user(scene), server(scene));
    CHECK(scene.relay.reason() == "backend");
}

TEST_CASE("proxy: compressed data that are none are the fault of who sent them")
{
    const auto say = [](std::optional<net::Stream>& who) -> Task<void> {
        co_await who->write("\xff\xff");
    };
    Scene of_client;
    of_client.client_leg.compress();
    run(of_client, of_client.relayed(), say(of_client.user));
    CHECK(of_client.relay.reason() == "client-protocol");
    Scene of_server;
    of_server.backend_leg.compress();
    run(of_server, of_server.relayed(), say(of_server.server));
    CHECK(of_server.relay.reason() == "protocol");
}
