// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/relay_service.h - the program between "acquired everything" and "stopped".
//
// Owns what the sessions use, in the order in which it must go away: sessions with the
// loop, then what they spoke to, the spool last.
#pragma once

#include "conf/settings.h"
#include "db/directory.h"
#include "listeners.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "options.h"
#include "session/directory_domains.h"
#include "session/recipient_probe.h"
#include "session/smtp_server.h"
#include "session/worker_pool.h"
#include "spool/writer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace relayd {

class RelayService {
public:
    // Acquires: sockets, certificates, spool, database.  `connection`: the one that inetd
    // passed, or empty.  Throws base::Failure.
    RelayService(conf::Settings settings, Options options, base::Fd connection);
    ~RelayService();

    // Serves until SIGTERM (or the end of the only connection, under inetd).
    void run();

private:
    struct Door {
        base::Fd fd;
        std::string listener; // whose settings
    };

    void acquire_doors(base::Fd from_inetd);
    void open_door(const std::string& endpoint, const std::string& listener);
    [[nodiscard]] std::string listener_named(const std::string& name) const;
    [[nodiscard]] std::shared_ptr<session::Authenticator>
    make_authenticator(const conf::Listener& listener);
    session::WorkerPool& workers();

    void serve_connection(base::Fd fd, const std::string& listener);
    void watch_door(Door door);
    void on_signal(int signal);
    void reload();
    void retire();
    void stop();
    [[nodiscard]] net::Task<void> stop_after(base::seconds patience);
    void end_if_idle();

    conf::Settings settings_;
    Options options_;
    std::unique_ptr<spool::Writer> writer_;
    std::unique_ptr<db::Directory> directory_;
    std::unique_ptr<session::DirectoryDomains> domains_;
    std::unique_ptr<session::QueueFlush> queue_;
    std::unique_ptr<session::WorkerPool> workers_;
    std::unique_ptr<session::RecipientProbe> probe_;
    std::unique_ptr<session::SmtpServer> server_;
    Listeners listeners_;
    net::Loop loop_;
    std::unique_ptr<net::Resolver> resolver_;
    std::vector<Door> doors_;
    base::Fd connection_; // inetd
    std::string connection_listener_;
    bool stopping_ = false;
    bool over_ = false;
};

} // namespace relayd
