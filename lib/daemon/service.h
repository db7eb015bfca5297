// SPDX-License-Identifier: Apache-2.0
// daemon/service.h - a daemon with listeners, from its sockets to "stopped".
//
//     Service service(loop, settings, options, program, connection);  // acquires sockets
//     confine::to(rights);                                            // gives up rights
//     ... threads, database, certificates ...
//     service.run(servant);                                           // until it is over
//
// Accepts, answers signals, tells the manager (systemd or `sponts run`) how it stands, and
// logs that.  What a session is, only the servant knows.
#pragma once

#include "base/fd.h"
#include "conf/settings.h"
#include "daemon/doors.h"
#include "daemon/options.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/socket_file.h"
#include "net/task.h"

#include <cstddef>
#include <string>
#include <vector>

namespace daemons {

// What the program does with its connections.  All calls come on the loop's thread.
class Servant {
public:
    virtual ~Servant() = default;

    // A client came in by a door of this listener.
    virtual void serve(base::Fd fd, const net::Address& peer,
                       const std::string& listener) = 0;
    // SIGHUP: new sessions get these settings, certificates included; running ones keep
    // theirs, and a listener that is gone keeps its old settings.  Throws base::Failure and
    // changes nothing when they cannot be used.
    virtual void reload(const conf::Settings& fresh) = 0;
    // Let no session begin anything new.
    virtual void drain() = 0;
    // End all sessions now.
    virtual void abort_all() = 0;
    [[nodiscard]] virtual std::size_t sessions() const = 0;
    // The process ends with sessions that stay: write what the others have left, and touch
    // nothing that these use.
    virtual void finish() {}
};

class Service {
public:
    // Acquires the sockets (doors.h); throws base::Failure.  `connection`: the one that
    // inetd passed, or empty.  `settings` must outlive the service.
    Service(net::Loop& loop, const conf::Settings& settings, const Options& options,
            std::string program, base::Fd connection, Needs needs = Needs::some);

    // True: there is one connection to serve, and nothing after it.
    [[nodiscard]] bool serves_one() const
    {
        return static_cast<bool>(doors_.connection.fd);
    }

    // Serves until SIGTERM or SIGINT (drains, then aborts; the second signal aborts at
    // once), until the last session after SIGUSR1 (somebody else accepts from now on), or
    // until the end of the only connection.  Ends the process itself if sessions stay
    // although they were told twice.
    void run(Servant& servant);

    // No connection is accepted any more: for doors that the program has besides.
    [[nodiscard]] bool stopping() const { return stopping_; }

    // The servant calls this whenever it has no session left.
    void end_if_idle();

private:
    void watch(Door door);
    void serve_connection();
    void on_signal(int signal);
    void reload();
    void retire();
    void stop();
    [[nodiscard]] net::Task<void> stop_after(base::seconds patience);

    net::Loop& loop_;
    const conf::Settings& settings_;
    std::string program_;
    Doors doors_;
    std::vector<net::SocketFile> files_; // of the doors that are watched
    Servant* servant_ = nullptr;
    bool stopping_ = false; // accepts nothing more
    bool draining_ = false;
    bool over_ = false;
};

} // namespace daemons
