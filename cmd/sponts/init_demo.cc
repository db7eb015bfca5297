// SPDX-License-Identifier: Apache-2.0
// sponts init --demo DIR - a gateway for demo.example on loopback, ready to run, and what
// to try with it.  Everything is below DIR; nothing needs root.
#include "base/failure.h"
#include "base/random.h"
#include "conf/kinds.h"
#include "db/admin.h"
#include "db/directory.h"
#include "init.h"
#include "init_demo_mailboxes.h"
#include "init_files.h"
#include "run_process.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iostream>
#include <optional>
#include <vector>

namespace sponts {

namespace {

constexpr const char* demo_domain = "demo.example";
constexpr const char* demo_user = "demo";

std::string demo_configuration(const std::string& directory)
{
    return fmt::format(R"(# sponts.conf of a demonstration - see sponts.conf(5).

[general]
hostname = mx.demo.example
postmaster = postmaster@demo.example
spool = {0}/spool
database = {0}/sponts.db
run-directory = {0}/run
drain-timeout = 10s

[tls]
certificate = {0}/tls/chain.pem {0}/tls/key.pem

# From other servers: mail for our domains only.
[listener smtp]
address = 127.0.0.1:2525
tls = starttls

# From our users: after login, to anywhere.
[listener smtps]
address = 127.0.0.1:4650
tls = implicit
auth = users
auth-required = yes

[listener submission]
address = 127.0.0.1:5870
tls = required
auth = users
auth-required = yes

[queue]
segment-size = 16M
free-space = 64M
)",
                       directory);
}

std::string random_password()
{
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789"; // 32 of them
    std::array<std::uint8_t, 16> bytes{};
    base::fill_random(bytes);
    std::string password;
    for (const unsigned char byte : bytes)
        password += letters[byte % letters.size()];
    return password;
}

std::string first_line(const std::string& file)
{
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

// Kept in a file, so that a second `make run` can say it again.
std::string make_user(const std::string& directory, const std::string& database)
{
    const std::string file = directory + "/demo-password";
    if (!exists(file) && db::Directory(database).user(demo_user))
        return "PASSWORD"; // somebody removed the file: it is theirs
    if (write_new_file(file, 0600, random_password() + "\n", {}))
        db::add_user(database, demo_user, first_line(file));
    return first_line(file);
}

db::RouteHost route_to(const std::string& backend)
{
    if (const std::string wrong = conf::wrong_host_port(backend); !wrong.empty())
        throw base::Failure(base::Remedy::fix_arguments,
                            "--backend " + backend + ": " + wrong);
    const auto colon = backend.rfind(':');
    db::RouteHost host;
    host.pattern = demo_domain;
    host.host = backend.substr(0, colon);
    std::from_chars(backend.data() + colon + 1, backend.data() + backend.size(), host.port);
    return host;
}

// At first the domain is on hold: mail stays in the queue, to be looked at.  A backend ends
// that; without one nothing changes that is there.
void serve_domain(const std::string& database, const std::string& backend)
{
    const std::optional<db::Domain> present = db::Directory(database).domain(demo_domain);
    if (present && backend.empty())
        return;
    db::Domain domain = present.value_or(db::Domain());
    domain.name = demo_domain;
    domain.hold = backend.empty();
    db::Writer writer(database);
    writer.put(domain);
    if (!backend.empty()) {
        writer.remove_route(demo_domain);
        writer.put(route_to(backend));
    }
    writer.commit();
}

// What becomes of the mail for the domain, as the database has it now.
std::string fate_of_mail(const std::string& directory, const std::string& database)
{
    db::Directory tables(database);
    const std::optional<db::Domain> domain = tables.domain(demo_domain);
    if (domain && domain->hold)
        return fmt::format("stays in the queue, on hold; say where it is to go by\n\n"
                           "  {0}/sponts init --demo {1} --backend HOST:PORT\n\n"
                           "and let go what waits by\n\n"
                           "  {0}/queuectl --config {1}/sponts.conf release --all",
                           own_directory(), directory);
    const std::vector<db::RouteHost>& route =
        tables.route(std::string("alice@") + demo_domain);
    if (route.empty())
        return "goes to the hosts that the DNS names.";
    return fmt::format("goes on to {}, port {}.", route.front().host, route.front().port);
}

// One line about a listener, as the configuration has it now.
std::string describe(const conf::Listener& listener, const std::string& password)
{
    const bool implicit = listener.tls == conf::ListenerTls::implicit;
    const bool plain = listener.tls == conf::ListenerTls::none;
    if (is_proxy(listener))
        return describe_mailboxes(listener);
    const char* const secured = plain ? "" : ", with STARTTLS";
    if (listener.auth == conf::AuthSource::none)
        return fmt::format("SMTP{} from other servers{}, for {} only",
                           implicit ? " over TLS" : "", implicit ? "" : secured,
                           demo_domain);
    return fmt::format("submission{}, user {}, password {}",
                       implicit ? " over TLS (SMTPS)" : secured, demo_user, password);
}

std::string describe_all(const conf::Settings& settings, const std::string& password)
{
    std::string text;
    for (const conf::Listener& listener : settings.listeners)
        if (!listener.address.empty())
            text += fmt::format("  {:<16} {}\n", listener.address,
                                describe(listener, password));
    return text;
}

// How a stranger sends, if there is a listener for strangers.
std::string try_swaks(const conf::Settings& settings)
{
    for (const conf::Listener& listener : settings.listeners)
        if (!listener.address.empty() && !listener.auth_required && !is_proxy(listener) &&
            listener.tls != conf::ListenerTls::implicit)
            return fmt::format(
                "  swaks --server {} --from you@sender.example --to alice@{}\n",
                listener.address, demo_domain);
    return {};
}

// How our user sends.
std::string try_curl(const conf::Settings& settings, const std::string& password)
{
    for (const conf::Listener& listener : settings.listeners) {
        if (listener.address.empty() || listener.auth != conf::AuthSource::users)
            continue;
        const bool implicit = listener.tls == conf::ListenerTls::implicit;
        return fmt::format(
            "  printf 'Subject: hello\\r\\n\\r\\nhello\\r\\n' | curl --insecure "
            "--upload-file - \\\n"
            "      {}--user {}:{} --mail-from demo@{} --mail-rcpt alice@{} {}://{}\n",
            implicit || listener.tls == conf::ListenerTls::none ? "" : "--ssl-reqd ",
            demo_user, password, demo_domain, demo_domain, implicit ? "smtps" : "smtp",
            listener.address);
    }
    return {};
}

constexpr const char* guide = R"(
A gateway for {domain} stands in {directory}:

{listeners}
Its mail {fate}

Once it runs, in another terminal:

{swaks}{curl}{mailboxes}  {programs}/mailq --config {directory}/sponts.conf
  {programs}/queuectl --config {directory}/sponts.conf list

)";

void print_guide(const std::string& directory, const std::string& password,
                 const conf::Settings& settings)
{
    using fmt::arg;
    std::cout << fmt::format(
                     guide, arg("domain", demo_domain), arg("directory", directory),
                     arg("listeners", describe_all(settings, password)),
                     arg("fate", fate_of_mail(directory, settings.general.database)),
                     arg("swaks", try_swaks(settings)),
                     arg("curl", try_curl(settings, password)),
                     arg("mailboxes", try_mailboxes(settings)),
                     arg("programs", own_directory()))
              << std::flush;
}

} // namespace

int init_demo(const Call& call)
{
    const std::string directory = absolute(call.get("demo"));
    const std::string backend = call.get("backend");
    const std::string file = directory + "/sponts.conf";
    if (!backend.empty())
        (void)route_to(backend); // a bad argument leaves nothing half done
    check_mailbox_backends(call);
    make_directory(directory, 0755, {});
    write_new_file(file, 0644, demo_configuration(directory), {});
    make_installation(file, true);
    add_mailbox_listeners(call, conf::read_settings(file));
    const conf::Settings settings = conf::read_settings(file);
    const std::string& database = settings.general.database;
    serve_domain(database, backend);
    print_guide(directory, make_user(directory, database), settings);
    return EXIT_SUCCESS;
}

} // namespace sponts
