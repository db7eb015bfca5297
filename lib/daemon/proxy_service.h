// SPDX-License-Identifier: Apache-2.0
// daemon/proxy_service.h - pop-proxy and imap-proxy between "acquired everything" and
// "stopped".
//
// Owns what the sessions use, in the order in which it must go away: sessions with the
// loop, then what they spoke to.
#pragma once

#include "conf/settings.h"
#include "daemon/journal.h"
#include "daemon/proxy_listeners.h"
#include "daemon/service.h"
#include "db/directory.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "proxy/backends.h"
#include "proxy/journal.h"
#include "proxy/server.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace daemons {

struct ProxyProgram {
    db::Service service; // pop3 or imap
    const char* purpose; // one sentence for --help
    std::function<std::unique_ptr<proxy::Server>(proxy::World, session::ClientRates)>
        make_server;
};

// The main() of a proxy; the exit status.
[[nodiscard]] int run_proxy(const ProxyProgram& program, int argc, char** argv);

class ProxyService : public Servant {
public:
    // Acquires: sockets, certificates, database.  `connection`: the one that inetd passed,
    // or empty.  Throws base::Failure.
    ProxyService(const ProxyProgram& program, conf::Settings settings,
                 const Options& options, base::Fd connection);
    ~ProxyService() override;

    void run();

    void serve(base::Fd fd, const net::Address& peer, const std::string& listener) override;
    void reload(const conf::Settings& fresh) override;
    void drain() override { server_->drain(); }
    void abort_all() override { server_->abort_all(); }
    [[nodiscard]] std::size_t sessions() const override { return server_->sessions(); }
    void finish() override;

private:
    void show_queue(const conf::Settings& settings);

    const db::Service protocol_;
    conf::Settings settings_;
    std::optional<EventReport> report_; // outlives whoever logs
    std::unique_ptr<db::Directory> directory_;
    std::unique_ptr<proxy::Routes> routes_;
    proxy::LogJournal journal_;
    std::unique_ptr<proxy::Learner> learner_;  // null: make_learner() says when
    std::unique_ptr<proxy::ListKeeper> lists_; // null: make_list_keeper() says when
    std::unique_ptr<tap::Tap> tap_;            // null: [tkuev] is not enabled
    std::unique_ptr<proxy::Backends> backends_;
    std::unique_ptr<proxy::Server> server_;
    ProxyListeners listeners_;
    net::Loop loop_;
    std::unique_ptr<net::Resolver> resolver_;
    Service service_;
};

} // namespace daemons
