// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/relay_service.cc - acquiring, serving, reloading, stopping.

#include "relay_service.h"

#include "base/log.h"
#include "queue_flush.h"
#include "rights.h"
#include "spool/queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <sys/socket.h>
#include <unistd.h>

namespace relayd {

namespace {

using base::Level;
using base::seconds;

constexpr base::milliseconds kUnwindPatience{5000};

spool::WriterOptions writer_options(const conf::Settings& settings, bool shared)
{
    const conf::Queue& queue = settings.queue;
    spool::WriterOptions options;
    options.directory = settings.general.spool;
    options.name = "smtp-relayd";
    options.segment_size = queue.segment_size;
    options.segment_age = queue.segment_age;
    options.draft_memory = queue.draft_memory;
    options.drafts_memory = queue.drafts_memory;
    options.free_space = queue.free_space;
    options.free_inodes = queue.free_inodes;
    options.shared = shared;
    if (queue.preallocate == "reserve")
        options.preallocate = spool::Preallocate::reserve;
    else if (queue.preallocate == "none")
        options.preallocate = spool::Preallocate::none;
    return options;
}

session::ProbeOptions probe_options(const conf::Settings& settings)
{
    session::ProbeOptions options;
    options.hostname = own_hostname(settings);
    options.keep_known = seconds{settings.smtp_relayd.probe_ttl};
    options.keep_unknown = std::min(options.keep_unknown, options.keep_known);
    return options;
}

net::Address peer_of(int fd)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0)
        return {};
    return net::Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), length);
}

} // namespace

RelayService::RelayService(conf::Settings settings, Options options, base::Fd connection)
    : settings_(std::move(settings)), options_(std::move(options))
{
    acquire_doors(std::move(connection));
    confine::to(rights_for(settings_)); // before the first thread starts
    directory_ = std::make_unique<db::Directory>(settings_.general.database);
    domains_ = std::make_unique<session::DirectoryDomains>(*directory_);
    net::ResolverOptions dns;
    dns.servers = settings_.smtp_sendd.resolvers;
    dns.timeout = base::milliseconds{settings_.smtp_sendd.dns_timeout * 1000};
    resolver_ = std::make_unique<net::Resolver>(loop_, dns);
    listeners_ = make_listeners(settings_, [this](const conf::Listener& listener) {
        return make_authenticator(listener);
    });
    probe_ = std::make_unique<session::RecipientProbe>(loop_, *directory_, resolver_.get(),
                                                       probe_options(settings_));
    queue_ = std::make_unique<ControlSocketFlush>(
        loop_, spool::Queue::control_socket(settings_.general.spool));
    writer_ = std::make_unique<spool::Writer>(
        writer_options(settings_, static_cast<bool>(connection_)));
    const session::SmtpWorld world{.loop = loop_,
                                   .writer = *writer_,
                                   .served = *domains_,
                                   .probe = *probe_,
                                   .resolver = resolver_.get(),
                                   .queue = queue_.get()};
    server_ = std::make_unique<session::SmtpServer>(world, shared_limits(settings_));
    server_->when_idle([this] { end_if_idle(); });
}

// Threads that report to the loop go before it.
RelayService::~RelayService()
{
    workers_.reset();
}

// Sockets that were passed, else a connection on descriptor 0, else our own addresses.
void RelayService::acquire_doors(base::Fd from_inetd)
{
    for (net::PassedSocket& passed : net::passed_sockets()) {
        // systemd calls every connection "connection"; then --listener says which it is.
        const bool nameless = !passed.listening && passed.name == "connection";
        const std::string name = listener_named(nameless ? options_.listener : passed.name);
        if (passed.listening) {
            doors_.push_back({std::move(passed.fd), name});
        } else {
            connection_ = std::move(passed.fd);
            connection_listener_ = name;
        }
    }
    if (!doors_.empty() || connection_)
        return;
    if (from_inetd) {
        connection_ = std::move(from_inetd);
        connection_listener_ = listener_named(options_.listener);
        return;
    }
    for (const std::string& endpoint : options_.listen)
        open_door(endpoint, listener_named(options_.listener));
    if (!options_.listen.empty())
        return;
    for (const conf::Listener* listener : own_listeners(settings_))
        if (!listener->address.empty())
            open_door(listener->address, listener->name);
    if (doors_.empty())
        throw base::Failure(base::Remedy::fix_config,
                            settings_.file + ": no listener of smtp-relayd has an address");
}

void RelayService::open_door(const std::string& endpoint, const std::string& listener)
{
    const std::optional<net::Address> address = net::Address::parse_endpoint(endpoint);
    if (!address)
        throw base::Failure(base::Remedy::fix_arguments,
                            fmt::format("listen {}: not an address", endpoint));
    doors_.push_back({net::listen_on(*address), listener});
}

// A name from LISTEN_FDNAMES or the command line.  The first listener serves sockets whose
// name nobody set.
std::string RelayService::listener_named(const std::string& name) const
{
    const std::vector<const conf::Listener*> own = own_listeners(settings_);
    if (own.empty())
        throw base::Failure(base::Remedy::fix_config,
                            settings_.file + ": no [listener] section for smtp-relayd");
    for (const conf::Listener* listener : own)
        if (listener->name == name)
            return name;
    if (name.empty() || name == "unknown" || name == "connection")
        return own.front()->name;
    throw base::Failure(
        base::Remedy::fix_config,
        fmt::format("{}: no [listener {}] for smtp-relayd", settings_.file, name));
}

void RelayService::run()
{
    loop_.on_signal({SIGTERM, SIGINT, SIGHUP, SIGUSR1},
                    [this](int signal) { on_signal(signal); });
    net::keep_watchdog_quiet(loop_);
    for (Door& door : doors_)
        watch_door(std::move(door));
    doors_.clear();
    if (connection_) {
        serve_connection(std::move(connection_), connection_listener_);
        stopping_ = true; // after it there is nothing left to do
    }
    net::notify_manager("READY=1");
    base::log(Level::info, "ready", "-", {{"listeners", listeners_.size()}});
    end_if_idle();
    if (!over_)
        loop_.run();
    base::log(Level::info, "stopped", "-", {{"abandoned", server_->sessions()}});
    // Sessions that do not end although they were told twice: none of their messages was
    // accepted, and a log without its last seal is what a crash leaves too.
    if (server_->sessions() > 0)
        ::_exit(EXIT_SUCCESS);
}

void RelayService::watch_door(Door door)
{
    base::log(Level::info, "listening", "-", {{"listener", door.listener}});
    const std::string name = door.listener;
    loop_.spawn("-", net::accept_loop(
                         loop_, std::move(door.fd),
                         [this, name](base::Fd fd, const net::Address& peer) {
                             server_->serve(std::move(fd), peer, listeners_.at(name));
                         },
                         [this] { return stopping_; }));
}

void RelayService::serve_connection(base::Fd fd, const std::string& listener)
{
    const net::Address peer = peer_of(fd.get());
    server_->serve(std::move(fd), peer, listeners_.at(listener));
}

void RelayService::on_signal(int signal)
{
    if (signal == SIGHUP)
        reload();
    else if (signal == SIGUSR1)
        retire();
    else
        stop();
}

// New sessions get the new settings, certificates included; running ones keep theirs.  A
// configuration that cannot be used changes nothing.  Addresses, spool and database are
// read at start only; a listener that is gone keeps its old settings until then.
void RelayService::reload()
{
    net::notify_manager("RELOADING=1");
    try {
        conf::Settings fresh = conf::read_settings(settings_.file);
        Listeners made = make_listeners(fresh, [this](const conf::Listener& listener) {
            return make_authenticator(listener);
        });
        for (auto& [name, listener] : made)
            listeners_[name] = listener;
        server_->set_limits(shared_limits(fresh));
        base::log(Level::notice, "reloaded", "-", {{"file", settings_.file}});
    } catch (const base::Failure& failure) {
        base::log(Level::error, "reload-failed", "-", {{"error", failure.what()}});
    }
    net::notify_manager("READY=1");
}

// Somebody else accepts from now on.  The doors close when the signal has been handled;
// who is inside stays to the end, which session-timeout sets at latest.
void RelayService::retire()
{
    if (over_ || stopping_)
        return;
    stopping_ = true;
    base::log(Level::info, "retiring", "-", {{"sessions", server_->sessions()}});
    end_if_idle();
}

void RelayService::stop()
{
    if (over_)
        return;
    const bool again = stopping_ && server_->draining();
    stopping_ = true;
    net::notify_manager("STOPPING=1");
    if (again) { // the second signal: no more patience
        server_->abort_all();
        return;
    }
    base::log(Level::info, "stopping", "-", {{"sessions", server_->sessions()}});
    server_->drain();
    loop_.spawn("-", stop_after(seconds{settings_.general.drain_timeout}));
    end_if_idle();
}

net::Task<void> RelayService::stop_after(base::seconds patience)
{
    co_await net::sleep_for(loop_, patience);
    server_->abort_all();
    co_await net::sleep_for(loop_, kUnwindPatience);
    loop_.stop();
}

void RelayService::end_if_idle()
{
    if (!stopping_ || server_->sessions() > 0)
        return;
    over_ = true;
    loop_.stop();
}

session::WorkerPool& RelayService::workers()
{
    constexpr std::size_t threads = 2;        // argon2id: 19 MiB each
    constexpr std::size_t most_waiting = 200; // about half a minute of logins
    if (!workers_)
        workers_ = std::make_unique<session::WorkerPool>(threads, most_waiting);
    return *workers_;
}

} // namespace relayd
