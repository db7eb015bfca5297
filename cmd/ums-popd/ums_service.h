// SPDX-License-Identifier: Apache-2.0
// ums-popd/ums_service.h - ums-popd between "acquired everything" and "stopped".
//
//     clients of its own listeners -> front (proxy/pop3_server.h) -> own door -+-> queue
//     clients of pop-proxy         -> pop-proxy -------------------> door -----+
//
// Owns what the sessions use, in the order in which it must go away.
#pragma once

#include "conf/settings.h"
#include "daemon/journal.h"
#include "daemon/proxy_listeners.h"
#include "daemon/service.h"
#include "db/directory.h"
#include "delivery/facts.h"
#include "net/loop.h"
#include "proxy/backends.h"
#include "proxy/journal.h"
#include "proxy/no_routes.h"
#include "proxy/pop3_server.h"
#include "session/worker_pool.h"
#include "tap/tap.h"
#include "ums/deletions.h"
#include "ums/mailboxes.h"
#include "ums/passwords.h"
#include "ums/remembered.h"
#include "ums/server.h"

#include <memory>
#include <optional>
#include <string>

namespace umspop {

inline constexpr const char* program = "ums-popd";

// What --check looks at.  Throws base::Failure.
void check(const conf::Settings& settings);

class UmsService : public daemons::Servant {
public:
    // Acquires: sockets, certificates, databases, the queue.  `connection`: the one that
    // inetd passed, or empty.  Throws base::Failure.
    UmsService(conf::Settings settings, const daemons::Options& options,
               base::Fd connection);
    ~UmsService() override;

    void run();

    void serve(base::Fd fd, const net::Address& peer, const std::string& listener) override;
    void reload(const conf::Settings& fresh) override;
    void drain() override;
    void abort_all() override;
    [[nodiscard]] std::size_t sessions() const override;
    void finish() override { remembered_->finish(); }

private:
    [[nodiscard]] std::string choose_own_door() const;
    // Reads the queue before the first login has to wait for it; now and then what was
    // hidden and is not in the queue any more is forgotten.
    [[nodiscard]] net::Task<void> tidy();

    conf::Settings settings_;
    std::optional<daemons::EventReport> report_; // outlives whoever logs
    net::Loop loop_;
    daemons::Service service_;
    std::string own_door_;
    std::optional<db::Directory> directory_;
    std::optional<delivery::DirectoryFacts> facts_;
    std::optional<ums::Mailboxes> mailboxes_;
    std::optional<ums::Passwords> passwords_;
    std::optional<ums::Deletions> deletions_;
    std::optional<ums::Remembered> remembered_;
    std::optional<ums::Server> inner_;
    proxy::NoRoutes routes_;
    proxy::LogJournal journal_;
    std::unique_ptr<tap::Tap> tap_; // null: [tkuev] is not enabled
    std::optional<proxy::Backends> backends_;
    std::optional<proxy::Pop3Server> front_;
    daemons::ProxyListeners listeners_;
    std::optional<session::WorkerPool> workers_; // goes first: its work reports to the loop
};

} // namespace umspop
