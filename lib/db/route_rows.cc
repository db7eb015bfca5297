// SPDX-License-Identifier: Apache-2.0
#include "db/route_rows.h"

#include "db/words.h"

#include <fmt/format.h>

namespace db {

namespace {

// The columns of the table, in order.
enum Place : std::size_t {
    pattern,
    priority,
    host,
    port,
    protocol,
    tls,
    tls_name,
    fingerprint,
    ca_file,
    username,
    password_file,
    client_info,
    hold_5xx,
};

Protocol protocol_of(const Row& row)
{
    return from_word<Protocol>(protocol_words, row[protocol]).value_or(Protocol::smtp);
}

std::string check_tls_columns(const Row& row)
{
    const bool pinned = row[tls] == "fingerprint";
    if (pinned && row[fingerprint].empty())
        return "tls=fingerprint needs a fingerprint";
    if (!pinned && !row[fingerprint].empty())
        return "a fingerprint needs tls=fingerprint";
    if (row[tls] != "verify" && !(row[tls_name].empty() && row[ca_file].empty()))
        return "tls_name and ca_file need tls=verify";
    return {};
}

std::string check_mail(const Row& row)
{
    if (const Checked name = check_mail_pattern(row[pattern]); !name)
        return "pattern: " + name.error();
    if (row[username].empty() != row[password_file].empty())
        return "username and password_file go together";
    if (row[client_info] == "id")
        return "client_info=id is for imap and imaps";
    return {};
}

std::string check_client_info_of(const Row& row)
{
    const std::string& said = row[client_info];
    const bool imap = service_of(protocol_of(row)) == Service::imap;
    if (said == "none" || said == "proxy" || said == (imap ? "id" : "xclient"))
        return {};
    return fmt::format("client_info={} is not for {}: say none, proxy or {}", said,
                       row[protocol], imap ? "id" : "xclient");
}

// A user's password goes through: never in plain text unless the row says so.
std::string check_proxy(const Row& row)
{
    const std::string& said = row[protocol];
    const bool at_once = said == "pop3s" || said == "imaps";
    if (row[tls] == "may")
        return fmt::format("tls=may is not for {}: say {}encrypt, verify or fingerprint",
                           said, at_once ? "" : "none, ");
    if (at_once && row[tls] == "none")
        return fmt::format("{} is TLS: tls=none is not for it", said);
    if (!row[username].empty() || !row[password_file].empty())
        return fmt::format("username and password_file are not for {}: users log in", said);
    if (row[hold_5xx] != "0")
        return fmt::format("hold_5xx is not for {}", said);
    if (row[host].starts_with("mx:"))
        return fmt::format("host: mx: is not for {}", said);
    return check_client_info_of(row);
}

} // namespace

std::string check_route(const Row& row)
{
    const bool mail = service_of(protocol_of(row)) == Service::mail;
    if (std::string wrong = mail ? check_mail(row) : check_proxy(row); !wrong.empty())
        return wrong;
    return check_tls_columns(row);
}

std::string_view default_port(const Row& row)
{
    switch (protocol_of(row)) {
    case Protocol::smtp:
        break;
    case Protocol::lmtp: // not 25, RFC 2033 section 5
        return "24";
    case Protocol::pop3:
        return "110";
    case Protocol::pop3s:
        return "995";
    case Protocol::imap:
        return "143";
    case Protocol::imaps:
        return "993";
    }
    return "25";
}

std::string_view default_tls(const Row& row)
{
    return service_of(protocol_of(row)) == Service::mail ? "may" : "encrypt";
}

std::string_view route_part(const Row& row)
{
    return part_of(service_of(protocol_of(row)));
}

std::string_view part_of(Service service)
{
    switch (service) {
    case Service::mail:
        break;
    case Service::pop3:
        return "pop3";
    case Service::imap:
        return "imap";
    }
    return "mail";
}

} // namespace db
