// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/control_server.cc - see control_server.h.
#include "control_server.h"

#include "base/failure.h"
#include "net/event.h"
#include "net/stream.h"

#include <array>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>

namespace sendd {

namespace {

constexpr base::seconds patience{60};
constexpr std::uint32_t most_clients = 100;
constexpr mode_t socket_mode = 0660;
constexpr int control_backlog = 1024;

// The first line of `heard`, which is taken out of it.
std::optional<std::string> take_line(std::string& heard)
{
    const std::size_t end = heard.find('\n');
    if (end == std::string::npos)
        return std::nullopt;
    std::string line = heard.substr(0, end);
    heard.erase(0, end + 1);
    return line;
}

} // namespace

ControlServer::ControlServer(net::Loop& loop, spool::Queue& queue,
                             delivery::ControlHooks hooks)
    : loop_(loop), queue_(queue), hooks_(std::move(hooks))
{
}

void ControlServer::start(const std::string& directory, std::function<bool()> stopping)
{
    const std::string path = spool::Queue::control_socket(directory);
    const auto address = net::Address::parse_endpoint(path);
    if (!address)
        throw base::Failure(base::Remedy::fix_config, path + ": no name for a socket");
    base::Fd listening = net::listen_on(*address, control_backlog, socket_mode);
    const auto serve_one = [this](base::Fd connection, const net::Address&) {
        serve(std::move(connection));
    };
    loop_.spawn("control", net::accept_loop(loop_, std::move(listening), serve_one,
                                            std::move(stopping)));
}

void ControlServer::serve(base::Fd connection)
{
    if (clients_ >= most_clients)
        return;
    ++clients_;
    loop_.spawn("control", converse(std::move(connection)));
}

net::Task<std::string> ControlServer::answer(delivery::ControlWork work)
{
    while (work.step()) {
        net::Promise<bool> turn(loop_); // everybody else's
        turn.setter()(true);
        (void)co_await turn.get();
    }
    co_return work.take_answer();
}

net::Task<void> ControlServer::carry_out(delivery::ControlRequest request)
{
    delivery::ControlWork work(std::move(request), queue_, hooks_);
    (void)co_await answer(std::move(work));
}

net::Task<void> ControlServer::converse(base::Fd connection)
{
    const std::shared_ptr<void> counted(nullptr, [this](void*) { --clients_; });
    net::Stream stream(loop_, std::move(connection));
    std::string heard;
    for (;;) {
        while (const std::optional<std::string> line = take_line(heard)) {
            delivery::ControlWork work(*line, queue_, hooks_);
            const std::string said = co_await answer(std::move(work));
            co_await stream.write(said);
        }
        if (heard.size() > delivery::max_control_line)
            co_return;
        std::array<char, 4096> buffer;
        stream.set_timeout(patience);
        const std::size_t count = co_await stream.read_some(buffer);
        if (count == 0)
            co_return;
        heard.append(buffer.data(), count);
    }
}

} // namespace sendd
