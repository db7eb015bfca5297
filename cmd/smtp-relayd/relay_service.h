// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/relay_service.h - the program between "acquired everything" and "stopped".
//
// Owns what the sessions use, in the order in which it must go away: sessions with the
// loop, then what they spoke to, the spool last.
#pragma once

#include "conf/settings.h"
#include "daemon/journal.h"
#include "daemon/service.h"
#include "db/directory.h"
#include "listeners.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "session/directory_domains.h"
#include "session/recipient_probe.h"
#include "session/smtp_server.h"
#include "session/worker_pool.h"
#include "spool/writer.h"

#include <memory>
#include <optional>
#include <string>

namespace relayd {

class RelayService : public daemons::Servant {
public:
    // Acquires: sockets, certificates, spool, database.  `connection`: the one that inetd
    // passed, or empty.  Throws base::Failure.
    RelayService(conf::Settings settings, const daemons::Options& options,
                 base::Fd connection);
    ~RelayService() override;

    void run() { service_.run(*this); }

    void serve(base::Fd fd, const net::Address& peer, const std::string& listener) override;
    void reload(const conf::Settings& fresh) override;
    void drain() override { server_->drain(); }
    void abort_all() override { server_->abort_all(); }
    [[nodiscard]] std::size_t sessions() const override { return server_->sessions(); }

private:
    [[nodiscard]] Listeners listeners_of(const conf::Settings& settings);
    [[nodiscard]] std::shared_ptr<session::Authenticator>
    make_authenticator(const conf::Listener& listener);
    session::WorkerPool& workers();

    conf::Settings settings_;
    std::optional<daemons::EventReport> report_; // outlives whoever logs
    std::unique_ptr<spool::Writer> writer_;
    std::unique_ptr<db::Directory> directory_;
    std::unique_ptr<session::DirectoryDomains> domains_;
    std::unique_ptr<session::QueueFlush> queue_;
    std::unique_ptr<session::WorkerPool> workers_;
    std::unique_ptr<session::RecipientProbe> probe_;
    std::unique_ptr<tap::Tap> tap_; // null: [tkuev] is not enabled
    std::unique_ptr<session::SmtpServer> server_;
    Listeners listeners_;
    net::Loop loop_;
    std::unique_ptr<net::Resolver> resolver_;
    daemons::Service service_;
};

} // namespace relayd
