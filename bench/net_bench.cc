// SPDX-License-Identifier: Apache-2.0
// net_bench - what a connection costs: memory while idle, CPU per round trip.
//
//     bench-net_bench CONNECTIONS ROUNDS [CERTIFICATE KEY]
//
// The server is this process, the clients a child, so that only the server is measured.
// Each connection says a line and hears one, ROUNDS times, then stays until all are
// counted.
#include "net/connect.h"
#include "net/line_reader.h"
#include "net/listener.h"
#include "net/tls.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t line_limit = 1000;

struct Plan {
    int connections = 0;
    int rounds = 0;
    std::optional<net::Certificate> certificate;
};

long resident_kilobytes()
{
    long total = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

double cpu_seconds()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

struct Counts {
    int idle = 0;
    int ended = 0;
};

net::Task<void> serve(net::Loop& loop, base::Fd fd, const net::TlsContext* context,
                      int rounds, Counts& counts)
{
    net::Stream stream(loop, std::move(fd));
    stream.set_timeout(base::seconds(300));
    if (context)
        co_await stream.accept_tls(*context);
    net::LineReader reader(stream);
    co_await stream.write("220 hello\r\n");
    for (int i = 0;; ++i) {
        if (i == rounds)
            ++counts.idle;
        const std::optional<net::Line> line = co_await reader.hear_line(line_limit);
        if (!line)
            break;
        stream.set_timeout(base::seconds(300));
        co_await stream.write("250 ", "fine\r\n");
    }
    ++counts.ended;
}

net::Task<void> visit(net::Loop& loop, net::Address to, const net::TlsContext* context,
                      int rounds, std::vector<std::unique_ptr<net::Stream>>& kept)
{
    auto connected = co_await net::connect(loop, to, base::milliseconds(10'000));
    if (!connected) {
        fmt::print(stderr, "net_bench: {}\n", connected.error().why);
        std::exit(EXIT_FAILURE);
    }
    kept.push_back(std::make_unique<net::Stream>(std::move(*connected)));
    net::Stream& stream = *kept.back();
    if (context)
        co_await stream.connect_tls(*context, "");
    net::LineReader reader(stream);
    for (int i = 0; i < rounds; ++i) {
        const std::optional<net::Line> line = co_await reader.hear_line(line_limit);
        if (!line)
            co_return;
        co_await stream.write("EHLO client.example\r\n");
    }
    const std::optional<net::Line> last = co_await reader.hear_line(line_limit);
    (void)last;
}

net::Task<void> visit_one_by_one(net::Loop& loop, net::Address to, Plan plan,
                                 const net::TlsContext* context)
{
    std::vector<std::unique_ptr<net::Stream>> kept;
    for (int i = 0; i < plan.connections; ++i)
        co_await visit(loop, to, context, plan.rounds, kept);
    // Until the server has measured and goes: the end of the first connection.
    char byte = 0;
    for (;;) {
        const std::size_t got = co_await kept.front()->read_some({&byte, 1});
        if (got == 0)
            co_return;
    }
}

[[noreturn]] void be_clients(const net::Address& to, const Plan& plan)
{
    net::Loop loop;
    std::unique_ptr<net::TlsContext> context;
    if (plan.certificate)
        context = std::make_unique<net::TlsContext>(net::ClientTlsOptions{});
    loop.spawn("clients", visit_one_by_one(loop, to, plan, context.get()));
    loop.run();
    ::_exit(EXIT_SUCCESS);
}

void report(const Plan& plan, long memory, double cpu)
{
    fmt::print("{} {} connections: {:.2f} kB each idle; {:.1f} us CPU of the server each, "
               "with {} round trips\n",
               plan.connections, plan.certificate ? "TLS" : "plain",
               static_cast<double>(memory) / plan.connections, cpu * 1e6 / plan.connections,
               plan.rounds);
}

void be_server(base::Fd listening, const Plan& plan)
{
    net::Loop loop;
    std::unique_ptr<net::TlsContext> context;
    if (plan.certificate) {
        net::ServerTlsOptions options;
        options.certificates = {*plan.certificate};
        context = std::make_unique<net::TlsContext>(options);
    }
    Counts counts;
    long before = 0;
    double cpu_before = 0;
    const auto accepted = [&](base::Fd fd, const net::Address&) {
        if (before == 0) {
            before = resident_kilobytes();
            cpu_before = cpu_seconds();
        }
        loop.spawn("-", serve(loop, std::move(fd), context.get(), plan.rounds, counts));
    };
    loop.spawn(
        "-", net::accept_loop(loop, std::move(listening), accepted, [] { return false; }));
    loop.every(base::milliseconds(100), [&] {
        if (counts.idle < plan.connections && counts.ended == 0)
            return;
        report(plan, resident_kilobytes() - before, cpu_seconds() - cpu_before);
        loop.stop();
    });
    loop.run();
}

void allow_descriptors()
{
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &files);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3 && argc != 5) {
        fmt::print(stderr, "usage: net_bench CONNECTIONS ROUNDS [CERTIFICATE KEY]\n");
        return 64;
    }
    Plan plan{std::max(1, std::atoi(argv[1])), std::max(1, std::atoi(argv[2])), {}};
    if (argc == 5)
        plan.certificate = net::Certificate{argv[3], argv[4]};
    allow_descriptors();
    base::Fd listening = net::listen_on(*net::Address::parse_ip("127.0.0.1"));
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    if (::getsockname(listening.get(), address, &length) != 0)
        return EXIT_FAILURE;
    const pid_t child = ::fork();
    if (child == 0)
        be_clients(net::Address::from_sockaddr(address, length), plan);
    be_server(std::move(listening), plan);
    ::waitpid(child, nullptr, 0);
    return EXIT_SUCCESS;
}
