// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/relay_service.cc - acquiring, and what the sessions are given.

#include "relay_service.h"

#include "daemon/interception.h"
#include "daemon/listeners.h"
#include "queue_flush.h"
#include "rights.h"
#include "spool/queue.h"

#include <algorithm>

namespace relayd {

namespace {

using base::seconds;

spool::WriterOptions writer_options(const conf::Settings& settings, bool shared)
{
    const conf::Queue& queue = settings.queue;
    spool::WriterOptions options;
    options.directory = settings.general.spool;
    options.name = program;
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
    options.hostname = daemons::own_hostname(settings);
    options.keep_known = seconds{settings.smtp_relayd.probe_ttl};
    options.keep_unknown = std::min(options.keep_unknown, options.keep_known);
    return options;
}

} // namespace

RelayService::RelayService(conf::Settings settings, const daemons::Options& options,
                           base::Fd connection)
    : settings_(std::move(settings)),
      service_(loop_, settings_, options, program, std::move(connection))
{
    confine::to(rights_for(settings_)); // before the first thread starts
    report_.emplace(settings_, program);
    directory_ = std::make_unique<db::Directory>(settings_.general.database);
    domains_ = std::make_unique<session::DirectoryDomains>(*directory_);
    resolver_ =
        std::make_unique<net::Resolver>(loop_, daemons::resolver_options(settings_));
    listeners_ = listeners_of(settings_);
    probe_ = std::make_unique<session::RecipientProbe>(loop_, *directory_, resolver_.get(),
                                                       probe_options(settings_));
    queue_ = std::make_unique<ControlSocketFlush>(
        loop_, spool::Queue::control_socket(settings_.general.spool));
    writer_ =
        std::make_unique<spool::Writer>(writer_options(settings_, service_.serves_one()));
    tap_ = daemons::make_tap(settings_, service_.serves_one());
    const session::SmtpWorld world{.loop = loop_,
                                   .writer = *writer_,
                                   .served = *domains_,
                                   .probe = *probe_,
                                   .resolver = resolver_.get(),
                                   .queue = queue_.get(),
                                   .tap = tap_.get()};
    server_ = std::make_unique<session::SmtpServer>(world, shared_limits(settings_));
    server_->when_idle([this] { service_.end_if_idle(); });
}

// Threads that report to the loop go before it.
RelayService::~RelayService()
{
    workers_.reset();
}

void RelayService::serve(base::Fd fd, const net::Address& peer, const std::string& listener)
{
    server_->serve(std::move(fd), peer, listeners_.at(listener));
}

void RelayService::reload(const conf::Settings& fresh)
{
    Listeners made = listeners_of(fresh);
    for (auto& [name, listener] : made)
        listeners_[name] = listener;
    server_->set_limits(shared_limits(fresh));
}

Listeners RelayService::listeners_of(const conf::Settings& settings)
{
    return make_listeners(settings, [this](const conf::Listener& listener) {
        return make_authenticator(listener);
    });
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
