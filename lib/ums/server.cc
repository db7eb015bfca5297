// SPDX-License-Identifier: Apache-2.0
#include "ums/server.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "net/listener.h"
#include "net/socket_file.h"
#include "pop3/reply.h"
#include "ums/session.h"

#include <sys/types.h>
#include <utility>

namespace ums {

namespace {

constexpr mode_t door_mode = 0600;
constexpr int backlog = 1024;
constexpr base::milliseconds pause{50}; // before the next look at a door that is taken

} // namespace

Server::Server(World world)
    : Reception(world.loop, {.connections = most_sessions}), world_(world)
{
}

std::string Server::door(std::string_view run_directory)
{
    return std::string(run_directory) + "/ums";
}

std::string Server::own_door(std::string_view run_directory)
{
    return door(run_directory) + "-own";
}

net::Task<void> Server::serve(std::string path, Shown shown, std::function<bool()> stopping)
{
    const auto address = net::Address::parse_endpoint(path);
    if (!address)
        throw base::Failure(base::Remedy::fix_config, path + ": no name for a socket");
    for (bool waits = false; !stopping();) {
        std::string why;
        try {
            co_await serve_once(*address, shown, stopping);
            co_return;
        } catch (const base::Failure& failure) {
            why = failure.what();
        }
        if (!std::exchange(waits, true))
            base::log(base::Level::warning, "queue-door-taken", "-", {{"error", why}});
        co_await net::sleep_for(loop(), pause);
    }
}

net::Task<void> Server::serve_once(net::Address address, Shown shown,
                                   std::function<bool()> stopping)
{
    base::Fd listening = net::listen_on(address, backlog, door_mode);
    const net::SocketFile file(address);
    const auto welcome = [this, shown](base::Fd fd, const net::Address& peer) {
        const session::Door inner{.listener = "queue"};
        receive(std::move(fd), peer, inner, [this, shown](session::Arrival arrival) {
            return std::make_unique<Session>(*this, std::move(arrival), shown);
        });
    };
    base::log(base::Level::info, "listening", "-", {{"listener", "queue"}});
    co_await net::accept_loop(loop(), std::move(listening), welcome, std::move(stopping));
}

std::string Server::farewell(std::string_view why) const
{
    return pop3::error("SYS/TEMP", why);
}

} // namespace ums
