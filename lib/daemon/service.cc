// SPDX-License-Identifier: Apache-2.0
// daemon/service.cc - see the header.

#include "daemon/service.h"

#include "base/failure.h"
#include "base/log.h"
#include "daemon/ending.h"
#include "daemon/listeners.h"
#include "daemon/restart.h"
#include "net/listener.h"

#include <csignal>
#include <cstdlib>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace daemons {

namespace {

using base::Level;

net::Address peer_of(int fd)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0)
        return {};
    return net::Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), length);
}

} // namespace

Service::Service(net::Loop& loop, const conf::Settings& settings, const Options& options,
                 std::string program, base::Fd connection, Needs needs)
    : loop_(loop), settings_(settings), program_(std::move(program)),
      doors_(acquire_doors(settings_, options, program_, std::move(connection), needs))
{
}

void Service::run(Servant& servant)
{
    servant_ = &servant;
    loop_.on_signal({SIGTERM, SIGINT, SIGHUP, SIGUSR1},
                    [this](int signal) { on_signal(signal); });
    net::keep_watchdog_quiet(loop_);
    for (Door& door : doors_.listening)
        watch(std::move(door));
    doors_.listening.clear();
    if (serves_one())
        serve_connection();
    net::notify_manager("READY=1");
    base::log(Level::info, "ready", "-",
              {{"listeners", own_listeners(settings_, program_).size()}});
    end_if_idle();
    if (!over_)
        loop_.run();
    base::log(Level::info, "stopped", "-", {{"abandoned", servant_->sessions()}});
    // Sessions that do not end although they were told twice: what they had under way was
    // not promised to anybody.
    if (servant_->sessions() > 0) {
        servant_->finish();
        ::_exit(EXIT_SUCCESS);
    }
}

void Service::watch(Door door)
{
    base::log(Level::info, "listening", "-", {{"listener", door.listener}});
    const std::string name = std::move(door.listener);
    files_.push_back(std::move(door.file));
    loop_.spawn("-", net::accept_loop(
                         loop_, std::move(door.fd),
                         [this, name](base::Fd fd, const net::Address& peer) {
                             servant_->serve(std::move(fd), peer, name);
                         },
                         [this] { return stopping_; }));
}

void Service::serve_connection()
{
    Door door = std::move(doors_.connection);
    const net::Address peer = peer_of(door.fd.get());
    servant_->serve(std::move(door.fd), peer, door.listener);
    stopping_ = true; // after it there is nothing left to do
}

void Service::on_signal(int signal)
{
    if (signal == SIGHUP)
        reload();
    else if (signal == SIGUSR1)
        retire();
    else
        stop();
}

// A configuration that cannot be used changes nothing.
void Service::reload()
{
    net::notify_manager("RELOADING=1");
    try {
        const conf::Settings fresh = conf::read_settings(settings_.file);
        servant_->reload(fresh);
        base::log(Level::notice, "reloaded", "-", {{"file", settings_.file}});
        tell_keys_for_restart(settings_, fresh, program_, doors_.own_addresses);
    } catch (const base::Failure& failure) {
        base::log(Level::error, "reload-failed", "-", {{"error", failure.what()}});
    }
    net::notify_manager("READY=1");
}

// Somebody else accepts from now on.  The doors close when the signal has been handled;
// who is inside stays to the end of his session.
void Service::retire()
{
    if (over_ || stopping_)
        return;
    stopping_ = true;
    files_.clear();
    base::log(Level::info, "retiring", "-", {{"sessions", servant_->sessions()}});
    end_if_idle();
}

void Service::stop()
{
    if (over_)
        return;
    stopping_ = true;
    files_.clear();
    net::notify_manager("STOPPING=1");
    if (draining_) { // the second signal: no more patience
        servant_->abort_all();
        return;
    }
    draining_ = true;
    base::log(Level::info, "stopping", "-", {{"sessions", servant_->sessions()}});
    servant_->drain();
    loop_.spawn("-", stop_after(base::seconds{settings_.general.drain_timeout}));
    end_if_idle();
}

net::Task<void> Service::stop_after(base::seconds patience)
{
    co_await net::sleep_for(loop_, patience);
    if (over_) // the loop woke us because it ends
        co_return;
    servant_->abort_all();
    co_await net::sleep_for(loop_, unwind_patience);
    loop_.stop();
}

void Service::end_if_idle()
{
    if (!stopping_ || servant_->sessions() > 0)
        return;
    over_ = true;
    loop_.stop();
}

} // namespace daemons
