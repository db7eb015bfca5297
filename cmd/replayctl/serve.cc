// SPDX-License-Identifier: Apache-2.0
// serve: lets users of the system send their own mail again.
#include "attendant.h"
#include "base/failure.h"
#include "base/log.h"
#include "client.h"
#include "command.h"
#include "daemon/inetd.h"
#include "frames.h"
#include "lent_door.h"
#include "net/listener.h"
#include "net/socket_file.h"
#include "service.h"

#include <csignal>

namespace replayctl {

namespace {

struct Doors {
    std::vector<Door> listening;
    base::Fd connection;  // one to be served without listening
    net::SocketFile file; // of a socket that we opened
};

void open_own(const conf::Settings& settings, Doors& doors)
{
    const std::string path = service_socket(settings.general.run_directory);
    const auto address = net::Address::parse_endpoint(path);
    if (!address || address->family() != net::Address::Family::unix_path)
        throw base::Failure(base::Remedy::fix_config, path + ": no path of a socket");
    doors.listening.push_back({net::listen_on(*address), false});
    doors.file = net::SocketFile(*address);
}

// One that comes while the configuration is read waits for the service.
void hold_reloads()
{
    sigset_t reload;
    ::sigemptyset(&reload);
    ::sigaddset(&reload, SIGHUP);
    ::sigprocmask(SIG_BLOCK, &reload, nullptr);
    std::signal(SIGHUP, SIG_DFL); // one that is ignored would not be kept
}

// By systemd or `sponts run`, by inetd, or our own.
Doors open_doors(const conf::Settings& settings, base::Fd inetd, base::Fd lent)
{
    Doors doors;
    doors.connection = std::move(inetd);
    if (lent)
        doors.listening.push_back({std::move(lent), true});
    for (net::PassedSocket& passed : net::passed_sockets())
        if (passed.listening)
            doors.listening.push_back({std::move(passed.fd), false});
        else
            doors.connection = std::move(passed.fd);
    if (doors.listening.empty() && !doors.connection)
        open_own(settings, doors);
    return doors;
}

// What inetd has left on descriptors 0, 1 and 2.
struct Inherited {
    daemons::InetdConnection connection = daemons::take_inetd_connection();
    LentDoor door = take_lent_door();

    // Standard error was one of these, and is /dev/null by now.
    [[nodiscard]] bool is_mute() const
    {
        return connection.heard_errors || door.took_errors;
    }
};

int work(const Call& call, Inherited& inherited)
{
    conf::Settings settings = conf::read_settings(call.config);
    (void)enter(call); // its log is that of who calls and goes, so before ours
    base::LogOptions log = settings.log; // a reload compares what was configured
    log.program = program;
    if (inherited.is_mute())
        log.target = base::LogTarget::syslog;
    base::configure_log(std::move(log));
    Doors doors = open_doors(settings, std::move(inherited.connection.fd),
                             std::move(inherited.door.fd));
    if (doors.connection) {
        std::signal(SIGHUP, SIG_IGN); // what was read is new, and for one call
        const auto user = peer_user(doors.connection.get());
        return user ? attend(doors.connection.get(), *user, settings) : exit_no_match;
    }
    Service(std::move(settings), std::move(doors.listening)).run();
    return exit_done;
}

// Where it is heard when nobody hears standard error.
void log_failure(const base::Failure& failure)
{
    base::configure_log(
        {.program = std::string(program), .target = base::LogTarget::syslog});
    base::log(base::Level::error, "not-started", "-",
              {{"error", std::string_view(failure.what())}});
}

} // namespace

int serve(const Call& call)
{
    hold_reloads();
    Inherited inherited;
    try {
        return work(call, inherited);
    } catch (const base::Failure& failure) {
        if (inherited.connection.fd) // why is not for him
            refuse(inherited.connection.fd.get(), base::Remedy::start_service,
                   "the service does not start: its log says why");
        if (!inherited.is_mute())
            throw;
        log_failure(failure);
        return failure.exit_status();
    }
}

} // namespace replayctl
