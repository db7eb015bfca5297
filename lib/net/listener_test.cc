// SPDX-License-Identifier: Apache-2.0
// Sockets that are passed in, opened, accepted from, and connected to.
#include "base/failure.h"
#include "net/connect.h"
#include "net/listener.h"
#include "net/socket_file.h"
#include "net/test_support.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace net;
using net::test::run;

namespace {

Address address_of(const base::Fd& fd)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* const plain = reinterpret_cast<sockaddr*>(&storage);
    REQUIRE(::getsockname(fd.get(), plain, &length) == 0);
    return Address::from_sockaddr(plain, length);
}

base::Fd listen_anywhere()
{
    return listen_on(*Address::parse_ip("127.0.0.1"));
}

Task<void> keep(Task<std::expected<Stream, NotConnected>> attempt, std::string& outcome)
{
    auto result = co_await std::move(attempt);
    outcome = result ? "connected" : result.error().why;
    if (!result && result.error().ours)
        outcome += " (ours)";
}

Task<void> connect_some(Loop& loop, Address to, int count, int& connected)
{
    for (int i = 0; i < count; ++i) {
        const auto stream = co_await connect(loop, to, base::milliseconds(2000));
        connected += stream ? 1 : 0;
    }
}

// Descriptors 3 and up exactly as systemd leaves them; the child's answer is its status.
bool in_child(const std::function<bool()>& holds)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(holds() ? 0 : 1);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Moved out of the way first: any of them may be 3 or 4 itself.
void pass(int one, int other)
{
    const int first = ::fcntl(one, F_DUPFD, 100);
    const int second = ::fcntl(other, F_DUPFD, 100);
    ::dup2(first, 3);
    ::dup2(second, 4);
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", "2", 1);
    ::setenv("LISTEN_FDNAMES", "smtp:inner", 1);
}

} // namespace

TEST_CASE("net: passed sockets have names and kinds, and the environment forgets them")
{
    const base::Fd listening = listen_anywhere();
    const auto pair = test::socket_pair();
    CHECK(in_child([&] {
        pass(listening.get(), pair.first.get());
        const auto sockets = passed_sockets();
        return sockets.size() == 2 && sockets[0].name == "smtp" && sockets[0].listening &&
               sockets[1].name == "inner" && !sockets[1].listening &&
               sockets[0].fd.get() == 3 && (::fcntl(3, F_GETFD) & FD_CLOEXEC) != 0 &&
               !std::getenv("LISTEN_FDS") && passed_sockets().empty();
    }));
    for (const auto& [pid, count] : {std::pair("1", "2"), std::pair("", "2"),
                                     std::pair("self", "x"), std::pair("self", "-1")}) {
        CHECK(in_child([&] {
            const std::string self = std::to_string(::getpid());
            ::setenv("LISTEN_PID", std::strcmp(pid, "self") == 0 ? self.c_str() : pid, 1);
            ::setenv("LISTEN_FDS", count, 1);
            return passed_sockets().empty();
        }));
    }
}

TEST_CASE("net: descriptor 0 is a connection or it is not")
{
    const auto pair = test::socket_pair();
    const base::Fd listening = listen_anywhere();
    CHECK(in_child(
        [&] { return ::dup2(pair.first.get(), 0) == 0 && stdin_is_connection(); }));
    CHECK(in_child(
        [&] { return ::dup2(listening.get(), 0) == 0 && !stdin_is_connection(); }));
    CHECK(in_child([&] { return ::close(0) == 0 && !stdin_is_connection(); }));
}

TEST_CASE("net: an address in use is a failure that names it")
{
    const base::Fd first = listen_anywhere();
    const Address taken = address_of(first);
    try {
        (void)listen_on(taken);
        FAIL("listened twice");
    } catch (const base::Failure& failure) {
        CHECK(failure.remedy() == base::Remedy::start_service);
        CHECK(failure.what() == "bind " + taken.text() + ": Address already in use");
    }
}

TEST_CASE("net: a stale Unix socket is replaced, a living one is not")
{
    const test::Folder folder;
    const Address address = *Address::parse_endpoint(folder.path("socket"));
    {
        const base::Fd gone = listen_on(address);
    }
    const base::Fd living = listen_on(address);
    CHECK_THROWS_AS((void)listen_on(address), base::Failure);
    Loop loop;
    std::string outcome;
    run(loop, keep(connect(loop, address, base::milliseconds(500)), outcome));
    CHECK(outcome == "connected");
}

TEST_CASE("net: a Unix socket has the mode that is wanted")
{
    const test::Folder folder;
    struct stat status{};
    const auto mode_of = [&](const std::string& name) {
        REQUIRE(::stat(folder.path(name).c_str(), &status) == 0);
        return status.st_mode & 07777;
    };
    const base::Fd clients = listen_on(*Address::parse_endpoint(folder.path("clients")));
    CHECK(mode_of("clients") == 0666);
    const base::Fd own = listen_on(*Address::parse_endpoint(folder.path("own")), 10, 0600);
    CHECK(mode_of("own") == 0600);
}

TEST_CASE("net: the file of a Unix socket goes, unless it is somebody else's by now")
{
    const test::Folder folder;
    const std::string path = folder.path("socket");
    const Address address = *Address::parse_endpoint(path);
    const auto exists = [&] { return ::access(path.c_str(), F_OK) == 0; };
    {
        const base::Fd first = listen_on(address);
        SocketFile file(address);
        const SocketFile moved = std::move(file);
        CHECK(exists());
    }
    CHECK_FALSE(exists());
    base::Fd second = listen_on(address);
    std::optional<SocketFile> file(address);
    second.reset();
    REQUIRE(::rename(path.c_str(), folder.path("aside").c_str()) == 0);
    const base::Fd third = listen_on(address);
    file.reset();
    CHECK(exists());
    file.emplace(*Address::parse_endpoint("127.0.0.1:25")); // has none
    file.emplace();
}

TEST_CASE("net: the file of a Unix socket does not tell when somebody has connected")
{
    const test::Folder folder;
    const std::string path = folder.path("socket");
    const Address address = *Address::parse_endpoint(path);
    const base::Fd listening = listen_on(address);
    hide_uses(listening.get());
    const auto read = [&] {
        struct stat status{};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        return std::pair(status.st_atim.tv_sec, status.st_atim.tv_nsec);
    };
    const auto before = read();
    sockaddr_un peer{.sun_family = AF_UNIX, .sun_path = {}};
    REQUIRE(path.copy(peer.sun_path, sizeof peer.sun_path - 1) == path.size());
    const base::Fd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&peer),
                      sizeof peer) == 0);
    CHECK(read() == before);
    hide_uses(listen_anywhere().get()); // has none
}

TEST_CASE("net: connecting succeeds, is refused, or takes too long")
{
    Loop loop;
    const base::Fd listening = listen_anywhere();
    std::string outcome;
    const Address source = *Address::parse_ip("127.0.0.9");
    run(loop, keep(connect(loop, address_of(listening), base::milliseconds(500), source),
                   outcome));
    CHECK(outcome == "connected");
    Address closed;
    {
        closed = address_of(listen_anywhere());
    }
    run(loop, keep(connect(loop, closed, base::milliseconds(500)), outcome));
    CHECK(outcome == "connect " + closed.text() + ": Connection refused");

    {
        const test::NoDescriptors none;
        run(loop, keep(connect(loop, closed, base::milliseconds(500)), outcome));
    }
    CHECK(outcome == "connect " + closed.text() + ": Too many open files (ours)");

    // A full backlog answers nobody.
    const base::Fd full = listen_on(*Address::parse_ip("127.0.0.1"), 0);
    std::vector<std::string> outcomes(4);
    std::vector<Task<void>> attempts;
    for (std::string& each : outcomes)
        attempts.push_back(
            keep(connect(loop, address_of(full), base::milliseconds(200)), each));
    run(loop, std::move(attempts));
    CHECK(outcomes.back() == "connect " + address_of(full).text() + ": timed out");
}

TEST_CASE("net: connections are accepted until stopping, which a signal makes it look at")
{
    Loop loop;
    base::Fd listening = listen_anywhere();
    const Address address = address_of(listening);
    int served = 0;
    int connected = 0;
    bool stopping = false;
    loop.on_signal({SIGUSR2}, [&](int) { stopping = true; });
    const auto serve = [&](base::Fd fd, const Address& peer) {
        CHECK(fd);
        CHECK(peer.ip() == "127.0.0.1");
        if (++served == 200)
            ::raise(SIGUSR2);
    };
    loop.spawn("-",
               accept_loop(loop, std::move(listening), serve, [&] { return stopping; }));
    loop.spawn("-", connect_some(loop, address, 200, connected));
    loop.every(base::milliseconds(5), [&] {
        if (loop.dialogues() == 0)
            loop.stop();
    });
    loop.run();
    CHECK(served == 200);
    CHECK(connected == 200);
    CHECK(stopping);
}

TEST_CASE("net: a connection that cannot be served does not end its listener")
{
    Loop loop;
    base::Fd listening = listen_anywhere();
    const Address address = address_of(listening);
    int served = 0;
    int connected = 0;
    const auto serve = [&](base::Fd, const Address&) {
        if (++served == 1)
            throw std::bad_alloc();
    };
    const auto enough = [&] { return served >= 2; };
    loop.spawn("-", accept_loop(loop, std::move(listening), serve, enough));
    loop.spawn("-", connect_some(loop, address, 2, connected));
    loop.every(base::milliseconds(5), [&] {
        if (loop.dialogues() == 0)
            loop.stop();
    });
    loop.run();
    CHECK(served == 2);
}

TEST_CASE("net: out of descriptors, accepting pauses and goes on")
{
    base::Fd listening = listen_anywhere();
    const Address address = address_of(listening);
    std::array<int, 2> log{};
    REQUIRE(::pipe2(log.data(), O_NONBLOCK) == 0);
    const base::Fd reading(log[0]);
    const base::Fd writing(log[1]);
    CHECK(in_child([&] {
        ::dup2(writing.get(), STDERR_FILENO);
        Loop loop;
        std::vector<base::Fd> held;
        const auto serve = [&](base::Fd fd, const Address&) {
            held.push_back(std::move(fd));
        };
        const auto enough = [&] { return held.size() >= 10; };
        loop.spawn("-", accept_loop(loop, std::move(listening), serve, enough));
        std::vector<base::Fd> clients;
        for (int i = 0; i < 10; ++i) {
            sockaddr_storage storage{};
            const socklen_t length = address.to_sockaddr(storage);
            clients.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
            (void)::connect(clients.back().get(), reinterpret_cast<sockaddr*>(&storage),
                            length);
        }
        const int next = ::dup(0);
        ::close(next);
        rlimit limit{};
        ::getrlimit(RLIMIT_NOFILE, &limit);
        const rlim_t before = limit.rlim_cur;
        limit.rlim_cur = static_cast<rlim_t>(next) + 5; // half of them fit
        ::setrlimit(RLIMIT_NOFILE, &limit);
        loop.every(base::milliseconds(300), [&] {
            limit.rlim_cur = before;
            ::setrlimit(RLIMIT_NOFILE, &limit);
            if (loop.dialogues() == 0)
                loop.stop();
        });
        loop.run();
        return held.size() == 10;
    }));
    std::array<char, 1000> text{};
    const ssize_t got = ::read(reading.get(), text.data(), text.size() - 1);
    REQUIRE(got > 0);
    CAPTURE(std::string(text.data()));
    CHECK(std::string(text.data()).find("accept-paused error=\"Too many open files\"") !=
          std::string::npos);
}

TEST_CASE("net: the manager is told, in the file system or the abstract namespace")
{
    const test::Folder folder;
    for (const std::string& name :
         {folder.path("notify"), "@sponts-test-" + folder.path("x")}) {
        CAPTURE(name);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        name.copy(address.sun_path, sizeof address.sun_path - 1);
        if (name[0] == '@')
            address.sun_path[0] = '\0';
        const auto length =
            static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        const base::Fd manager(
            ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        REQUIRE(::bind(manager.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
        ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
        notify_manager("READY=1");
        notify_manager("RELOADING=1");
        ::unsetenv("NOTIFY_SOCKET");
        notify_manager("STOPPING=1");
        std::array<char, 200> text{};
        CHECK(::recv(manager.get(), text.data(), text.size() - 1, 0) == 7);
        CHECK(std::string(text.data()) == "READY=1");
        CHECK(::recv(manager.get(), text.data(), text.size() - 1, 0) > 20);
        CHECK(std::string(text.data()).starts_with("RELOADING=1\nMONOTONIC_USEC="));
        CHECK(::recv(manager.get(), text.data(), text.size() - 1, 0) == -1);
    }
}
