// SPDX-License-Identifier: Apache-2.0
// sponts init --demo DIR - a gateway for demo.example on loopback, ready to run, and what
// to try with it.  Everything is below DIR; nothing needs root.
#include "base/failure.h"
#include "conf/kinds.h"
#include "db/admin.h"
#include "db/directory.h"
#include "init.h"
#include "init_files.h"
#include "run_process.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iostream>
#include <optional>
#include <sys/random.h>
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
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        base::fail_errno("read", "random bytes", base::Remedy::repair_system);
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

constexpr const char* guide = R"(
A gateway for demo.example stands in {0}:

  127.0.0.1:2525   SMTP from other servers, with STARTTLS, for {1} only
  127.0.0.1:4650   submission over TLS (SMTPS), user demo, password {2}
  127.0.0.1:5870   submission with STARTTLS, the same user

Its mail {3}

Once it runs, in another terminal:

  swaks --server 127.0.0.1:2525 --from you@sender.example --to alice@{1}
  printf 'Subject: hello\r\n\r\nhello\r\n' | curl --insecure --upload-file - \
      --user demo:{2} --mail-from demo@{1} --mail-rcpt alice@{1} smtps://127.0.0.1:4650
  {4}/mailq --config {0}/sponts.conf
  {4}/queuectl --config {0}/sponts.conf list

)";

void print_guide(const std::string& directory, const std::string& password,
                 const std::string& database)
{
    std::cout << fmt::format(guide, directory, demo_domain, password,
                             fate_of_mail(directory, database), own_directory())
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
    make_directory(directory, 0755, {});
    write_new_file(file, 0644, demo_configuration(directory), {});
    make_installation(file, true);
    const std::string database = conf::read_settings(file).general.database;
    serve_domain(database, backend);
    print_guide(directory, make_user(directory, database), database);
    return EXIT_SUCCESS;
}

} // namespace sponts
