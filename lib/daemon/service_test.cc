// SPDX-License-Identifier: Apache-2.0
// The life of a daemon: one connection, one signal, the second signal, a reload.
#include "base/failure.h"
#include "daemon/service.h"

#include <csignal>
#include <cstdio>
#include <doctest/doctest.h>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace daemons;

namespace {

struct Recorder : Servant {
    std::vector<std::string> calls;
    std::size_t open = 0;
    bool refuse_reload = false;
    std::function<void(const std::string&)> then = [](const std::string&) {};

    void note(std::string call)
    {
        calls.push_back(call);
        then(call);
    }
    void serve(base::Fd, const net::Address&, const std::string& listener) override
    {
        ++open;
        note("serve " + listener);
    }
    void reload(const conf::Settings& fresh) override
    {
        if (refuse_reload)
            throw base::Failure(base::Remedy::fix_config, "no");
        note("reload " + fresh.general.hostname);
    }
    void drain() override { note("drain"); }
    void abort_all() override
    {
        open = 0;
        note("abort");
    }
    [[nodiscard]] std::size_t sessions() const override { return open; }
    void finish() override { note("finish"); }
};

struct Scene {
    conf::Settings settings;
    Recorder servant;
    net::Loop loop;
    std::unique_ptr<Service> service;

    // With a configuration file only where it is read.
    explicit Scene(base::Fd connection = base::Fd())
    {
        settings.file = "/tmp/sponts-service-test." + std::to_string(::getpid());
        std::ofstream(settings.file) << "[general]\nhostname = fresh.test\n";
        conf::Listener listener;
        listener.name = "main";
        listener.program = "some-daemon";
        listener.address = "127.0.0.1:0";
        settings.listeners.push_back(listener);
        service = std::make_unique<Service>(loop, settings, Options{}, "some-daemon",
                                            std::move(connection));
    }
    ~Scene() { std::remove(settings.file.c_str()); }

    void run() { service->run(servant); }
    void later(int signal)
    {
        loop.post([signal] { ::raise(signal); });
    }
};

base::Fd some_connection()
{
    return base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

using Calls = std::vector<std::string>;

} // namespace

TEST_CASE("daemon: SIGTERM ends a daemon without sessions at once")
{
    Scene scene;
    CHECK_FALSE(scene.service->serves_one());
    scene.later(SIGTERM);
    scene.run();
    CHECK(scene.servant.calls == Calls{"drain"});
}

TEST_CASE("daemon: after the only connection there is nothing left to do")
{
    Scene scene(some_connection());
    CHECK(scene.service->serves_one());
    scene.servant.then = [&](const std::string&) {
        scene.loop.post([&] {
            scene.servant.open = 0;
            scene.service->end_if_idle();
        });
    };
    scene.run();
    CHECK(scene.servant.calls == Calls{"serve main"});
}

TEST_CASE("daemon: the first signal drains, the second aborts")
{
    Scene scene(some_connection());
    scene.servant.then = [&](const std::string& call) {
        if (call == "abort")
            scene.service->end_if_idle();
        else
            scene.later(SIGTERM);
    };
    scene.run();
    CHECK(scene.servant.calls == Calls{"serve main", "drain", "abort"});
}

TEST_CASE("daemon: patience that is over aborts")
{
    Scene scene(some_connection());
    scene.settings.general.drain_timeout = 0;
    scene.servant.then = [&](const std::string& call) {
        if (call == "abort")
            scene.service->end_if_idle();
        else if (call != "drain")
            scene.later(SIGINT);
    };
    scene.run();
    CHECK(scene.servant.calls == Calls{"serve main", "drain", "abort"});
}

TEST_CASE("daemon: what ended sessions have left is finished although others stay")
{
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        Scene scene(some_connection());
        scene.servant.then = [&](const std::string& call) {
            if (call == "finish")
                (void)!::write(ends[1], "f", 1);
            else
                scene.loop.stop();
        };
        scene.run();
        ::_exit(1);
    }
    ::close(ends[1]);
    char said = 0;
    CHECK(::read(ends[0], &said, 1) == 1);
    CHECK(said == 'f');
    ::close(ends[0]);
    int status = -1;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("daemon: who is retired waits for his sessions without ending them")
{
    Scene scene;
    scene.servant.open = 1;
    scene.later(SIGUSR1);
    scene.loop.every(base::milliseconds{20}, [&] {
        scene.servant.open = 0;
        scene.service->end_if_idle();
    });
    scene.run();
    CHECK(scene.servant.calls.empty());
}

TEST_CASE("daemon: SIGHUP gives the servant the file as it is now")
{
    Scene scene;
    scene.servant.then = [&](const std::string& call) {
        if (call != "drain")
            scene.later(SIGTERM);
    };
    scene.later(SIGHUP);
    scene.run();
    CHECK(scene.servant.calls == Calls{"reload fresh.test", "drain"});
}

TEST_CASE("daemon: a configuration that cannot be used changes nothing")
{
    Scene scene;
    scene.servant.refuse_reload = true;
    scene.later(SIGHUP);
    scene.later(SIGTERM);
    scene.run();
    CHECK(scene.servant.calls == Calls{"drain"});
}
