// SPDX-License-Identifier: Apache-2.0
// tkuev-auditd(8): notes every use of the interception functions before it takes effect.
//
// This file knows the command line and the order of things, nothing else.
#include "audit/person.h"
#include "base/hidden.h"
#include "base/log.h"
#include "conf/daemon_main.h"
#include "confine/confine.h"
#include "daemon/inetd.h"
#include "daemon/rights.h"
#include "net/listener.h"
#include "net/socket_file.h"
#include "service.h"

#include <csignal>
#include <sys/stat.h>
#include <utility>

namespace {

using auditd::Door;
using auditd::program;

struct Options : conf::DaemonOptions {
    std::string listen;
};

Options read_options(int argc, char** argv)
{
    Options options;
    CLI::App app("Notes every use of the interception functions.", program);
    conf::add_common_options(app, options, "check configuration and log, then exit");
    app.add_option("--listen", options.listen,
                   "listen here instead of on the configured socket")
        ->type_name("PATH");
    conf::parse_command_line(app, argc, argv);
    return options;
}

audit::Places places_of(const conf::Settings& settings)
{
    return {settings.tkuev.audit, settings.tkuev.audit_anchor};
}

// As root we become who owns the log.
confine::Rights rights_for(const conf::Settings& settings, const std::string& socket = "")
{
    const audit::Places places = places_of(settings);
    audit::refuse_left_behind(places);
    struct stat status{};
    if (::stat(places.directory.c_str(), &status) != 0)
        base::fail_errno("open", places.directory, base::Remedy::fix_config);
    confine::Rights rights;
    rights.write = {places.directory, daemons::directory_of(places.anchor)};
    if (!socket.empty())
        rights.tidy = {daemons::directory_of(socket)};
    rights.user = audit::user_name(status.st_uid);
    rights.network = false;
    rights.sandbox = confine::sandbox_wanted();
    return rights;
}

// Changes nothing: what a crash has left waits for the start.
void check(const conf::Settings& settings)
{
    confine::to({.read = {},
                 .write = {},
                 .tidy = {},
                 .user = rights_for(settings).user,
                 .network = false,
                 .sandbox = false});
    const audit::Places places = places_of(settings);
    (void)seal::Certificate::read(places.file("reviewer.crt"));
    const audit::Locked locked(places);
    const audit::Inspection all = audit::inspect(audit::read_files(places));
    if (!all.damage.empty())
        throw base::Failure(base::Remedy::fix_data, "audit log: " + all.damage.front());
    base::require_hidden(places.directory);
    base::require_hidden(places.anchor);
}

Door open_socket(const std::string& path, net::SocketFile& file)
{
    const auto address = net::Address::parse_endpoint(path);
    if (!address || address->family() != net::Address::Family::unix_path)
        throw base::Failure(base::Remedy::fix_arguments, path + ": no path of a socket");
    Door door{net::listen_on(*address), true};
    file = net::SocketFile(*address);
    return door;
}

// By systemd or `sponts run`, by inetd, or our own; `file` is that of our own.
std::vector<Door> open_doors(const conf::Settings& settings, const Options& options,
                             base::Fd inetd, net::SocketFile& file)
{
    std::vector<Door> doors;
    if (inetd)
        doors.push_back({std::move(inetd), false});
    for (net::PassedSocket& passed : net::passed_sockets())
        doors.push_back({std::move(passed.fd), passed.listening});
    if (!options.listen.empty())
        doors.push_back(open_socket(options.listen, file));
    if (doors.empty())
        doors.push_back(open_socket(settings.tkuev.audit_socket, file));
    return doors;
}

void work(const Options& options)
{
    if (conf::only_looked(options, check, &conf::read_trusted_settings))
        return;
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a limit on files is an error like a full disk
    daemons::InetdConnection inetd;
    if (options.listen.empty())
        inetd = daemons::take_inetd_connection();
    conf::Settings settings = conf::read_trusted_settings(options.config);
    settings.log.program = program;
    if (inetd.heard_errors)
        settings.log.target = base::LogTarget::syslog;
    base::configure_log(settings.log);
    net::SocketFile file;
    std::vector<Door> doors = open_doors(settings, options, std::move(inetd.fd), file);
    for (const Door& door : doors)
        net::hide_uses(door.fd.get());
    confine::to(rights_for(settings, options.listen.empty() ? settings.tkuev.audit_socket
                                                            : options.listen));
    auditd::Service service(places_of(settings));
    service.run(std::move(doors));
}

} // namespace

int main(int argc, char** argv)
{
    const Options options = read_options(argc, argv);
    return conf::run_program(program, [&] { work(options); });
}
