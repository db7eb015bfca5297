// SPDX-License-Identifier: Apache-2.0
#include "db/connection.h"

#include "db/schema.h"
#include "db/words.h"

#include <utility>

namespace db {

namespace {

// The CHECKs of the schema leave nothing else; a file without them is damaged.
template <class Enum>
Enum read_word(Words words, std::string_view text)
{
    const std::optional<Enum> value = from_word<Enum>(words, text);
    if (!value)
        throw base::Failure(base::Remedy::fix_data,
                            "read database: unknown word " + std::string(text));
    return *value;
}

std::pair<Protocol, Protocol> protocols_of(Service service)
{
    switch (service) {
    case Service::mail:
        break;
    case Service::pop3:
        return {Protocol::pop3, Protocol::pop3s};
    case Service::imap:
        return {Protocol::imap, Protocol::imaps};
    }
    return {Protocol::smtp, Protocol::lmtp};
}

RouteHost read_route(const Statement& row)
{
    RouteHost host;
    host.pattern = row.text(0);
    host.priority = static_cast<int>(row.number(1));
    host.host = row.text(2);
    host.port = static_cast<std::uint16_t>(row.number(3));
    host.protocol = read_word<Protocol>(protocol_words, row.text(4));
    host.tls = read_word<TlsPolicy>(tls_words, row.text(5));
    host.tls_name = row.text(6);
    host.fingerprint = row.text(7);
    host.ca_file = row.text(8);
    host.username = row.text(9);
    host.password_file = row.text(10);
    host.client_info = read_word<ClientInfo>(client_info_words, row.text(11));
    host.hold_5xx = row.number(12) != 0;
    return host;
}

} // namespace

Connection::Connection(const std::string& path)
    : Reading(path, require_version),
      domain_(database().prepare("SELECT name, verify, coalesce(tenant, ''), hold, etrn"
                                 " FROM domains WHERE name = ?1")),
      address_(database().prepare("SELECT address, kind, target FROM addresses"
                                  " WHERE address = ?1 ORDER BY kind, target")),
      route_(database().prepare(
          "SELECT pattern, priority, host, port, protocol, tls, tls_name,"
          " fingerprint, ca_file, username, password_file, client_info,"
          " hold_5xx FROM routes WHERE pattern = ?1"
          " AND protocol IN (?2, ?3)"
          " ORDER BY priority, host, port")),
      user_(database().prepare("SELECT name, password_hash, scram, enabled FROM users"
                               " WHERE name = ?1"))
{
}

std::optional<Domain> Connection::domain(std::string_view name)
{
    std::optional<Domain> found;
    domain_.bind(1, name);
    while (domain_.step())
        found = Domain{.name = std::string(domain_.text(0)),
                       .verify = read_word<Verify>(verify_words, domain_.text(1)),
                       .tenant = std::string(domain_.text(2)),
                       .hold = domain_.number(3) != 0,
                       .etrn = domain_.number(4) != 0};
    return found;
}

std::vector<AddressRow> Connection::address(std::string_view address)
{
    std::vector<AddressRow> found;
    address_.bind(1, address);
    while (address_.step())
        found.push_back({.address = std::string(address_.text(0)),
                         .kind = read_word<AddressKind>(kind_words, address_.text(1)),
                         .target = std::string(address_.text(2))});
    return found;
}

std::vector<RouteHost> Connection::route(std::string_view pattern, Service service)
{
    std::vector<RouteHost> found;
    const auto [one, other] = protocols_of(service);
    route_.bind(1, pattern);
    route_.bind(2, word(protocol_words, one));
    route_.bind(3, word(protocol_words, other));
    while (route_.step())
        found.push_back(read_route(route_));
    return found;
}

std::optional<User> Connection::user(std::string_view name)
{
    std::optional<User> found;
    user_.bind(1, name);
    while (user_.step())
        found = User{.name = std::string(user_.text(0)),
                     .password = std::string(user_.text(1)),
                     .scram = std::string(user_.text(2)),
                     .enabled = user_.number(3) != 0};
    return found;
}

} // namespace db
