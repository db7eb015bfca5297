// SPDX-License-Identifier: Apache-2.0
// Whether what is ordered can be handed over: profile, destinations, identifiers.
#include "etsi/versions.h"
#include "li/findings.h"
#include "li/words.h"
#include "text/domain.h"

#include <algorithm>

namespace li {

namespace {

constexpr std::size_t longest_user = 64;
constexpr std::size_t longest_directory = 255;
constexpr std::size_t longest_operator = 16;
constexpr std::size_t longest_point = 8;
constexpr std::uint16_t ftp_port = 21;
constexpr std::uint16_t ftps_port = 990; // TLS from the first byte
constexpr std::uint16_t ssh_port = 22;

// What looks like an IPv4 address and is none would be read as one by some programs, or
// looked for in vain: the last label of a name has a letter (RFC 3696 section 2).
bool is_name(std::string_view host)
{
    const std::string_view last = host.substr(host.rfind('.') + 1);
    const bool number =
        std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
    return !number && !last.starts_with("0x") && text::is_host_name(host);
}

bool is_unspecified(std::string_view host)
{
    return host == "0.0.0.0" || host == "::";
}

bool is_host(std::string_view host)
{
    if (host.contains(':'))
        return text::literal_ip("IPv6:" + std::string(host)).has_value() &&
               !is_unspecified(host);
    return (text::literal_ip(host).has_value() && !is_unspecified(host)) || is_name(host);
}

bool by_login(Method method)
{
    return method == Method::ftp || method == Method::ftps || method == Method::sftp;
}

void check_directory(Findings& found, std::string_view directory)
{
    if (directory.size() > longest_directory)
        found.error("directory", "is longer than 255 bytes", "ist länger als 255 Byte");
    for (std::string_view rest = directory; !rest.empty();) {
        const auto end = rest.find('/');
        if (rest.substr(0, end) == "..")
            return found.error("directory", "must not contain ..",
                               "darf .. nicht enthalten");
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
}

void check_login(Findings& found, const Destination& where)
{
    if (where.user.empty())
        missing(found, "user");
    if (where.user.size() > longest_user)
        found.error("user", "is longer than 64 bytes", "ist länger als 64 Byte");
    if (where.password.empty() && where.method == Method::sftp)
        found.warning("password", "is missing: only the key of the gateway logs in",
                      "fehlt: nur der Schlüssel des Gateways meldet an");
    else if (where.password.empty())
        missing(found, "password");
    if (where.method == Method::sftp && where.peer_key.empty())
        missing(found, "peer-key");
    check_directory(found, where.directory);
    if (where.method == Method::ftp)
        found.warning("method", "FTP is not encrypted: only within the closed group (SINA)",
                      "FTP ist unverschlüsselt: nur innerhalb des SINA-VPN");
}

void check_port(Findings& found, const Destination& where)
{
    const std::uint16_t port = where.peer.port;
    if (port == 0)
        return missing(found, "port");
    const bool odd =
        (where.method == Method::ftp && port != ftp_port) ||
        (where.method == Method::ftps && port != ftp_port && port != ftps_port) ||
        (where.method == Method::sftp && port != ssh_port);
    const bool login_port = port == ftp_port || port == ssh_port;
    if (odd || (!by_login(where.method) && login_port))
        found.warning("port",
                      std::to_string(port) + " is unusual for " +
                          std::string(name(where.method)),
                      std::to_string(port) + " ist ungewöhnlich für " +
                          std::string(german(where.method)));
}

bool suits(Profile profile, Method method)
{
    switch (profile) {
    case Profile::etsi_tcp:
        return method == Method::tcp || method == Method::tls;
    case Profile::etsi_ftp_file:
    case Profile::de_xml_ftp:
        return by_login(method) || method == Method::cd;
    case Profile::cd:
        return method == Method::cd;
    }
    return false;
}

void check_destination(Findings& found, const Measure& measure, const Destination& where,
                       const Surroundings& around)
{
    if (around.knows_profile && !suits(measure.profile, where.method))
        found.error("method",
                    std::string(name(where.method)) + " does not suit the profile " +
                        std::string(name(measure.profile)),
                    std::string(german(where.method)) + " passt nicht zum Profil " +
                        std::string(name(measure.profile)));
    if (where.method == Method::cd) {
        if (!where.peer.host.empty() || !where.user.empty() || !where.password.empty())
            found.warning("method",
                          "goes by disc: the destination that is named is not used",
                          "geht auf Datenträgern: das genannte Ziel wird nicht benutzt");
        return;
    }
    if (where.peer.host.empty())
        missing(found, "host");
    else if (!is_host(where.peer.host))
        found.error("host", "is neither an IP address nor a host name",
                    "ist weder eine IP-Adresse noch ein Rechnername");
    if (!std::ranges::all_of(where.standby,
                             [](const Peer& peer) { return is_host(peer.host); }))
        found.error("standby", "is neither an IP address nor a host name",
                    "ist weder eine IP-Adresse noch ein Rechnername");
    check_port(found, where);
    if (by_login(where.method))
        check_login(found, where);
}

// A fault that both destinations have stands in what holds for both.
void add_both(Findings& found, std::vector<Fault> events, std::vector<Fault> content,
              bool two)
{
    for (Fault& fault : events) {
        const bool both = std::erase(content, fault) > 0;
        fault.section = two && !both ? "iri" : "";
        found.add(std::move(fault));
    }
    for (Fault& fault : content) {
        fault.section = "cc";
        found.add(std::move(fault));
    }
}

// ISO 3166-1 leaves these to whoever wants them, so nobody else knows what they mean.
bool is_private_country(std::string_view code)
{
    return code == "AA" || code == "ZZ" || code[0] == 'X' ||
           (code[0] == 'Q' && code[1] >= 'M');
}

void check_country(Findings& found, std::string_view field, std::string_view code)
{
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (code.empty())
        return;
    if (code.size() != 2 || !std::ranges::all_of(code, upper))
        found.error(field, "must be two upper-case letters",
                    "muss aus zwei Großbuchstaben bestehen");
    else if (is_private_country(code))
        found.error(field, "is no country of ISO 3166-1", "ist kein Land nach ISO 3166-1");
}

void check_id(Findings& found, std::string_view field, std::string_view id,
              std::size_t most)
{
    const auto odd = [](char c) { return c <= ' ' || c >= 0x7f; };
    if (id.size() > most || std::ranges::any_of(id, odd))
        found.error(field, "must be 1 to " + std::to_string(most) + " characters",
                    "muss aus 1 bis " + std::to_string(most) + " Zeichen bestehen");
}

void check_version(Findings& found, std::string_view field, unsigned version,
                   unsigned oldest, unsigned newest)
{
    if (version >= oldest && version <= newest)
        return;
    const std::string range = std::to_string(oldest) + " - " + std::to_string(newest);
    found.error(field, "must be one of " + range, "muss in " + range + " liegen");
}

void check_settings(Findings& found, const Measure& measure, const Surroundings& around)
{
    if (measure.operator_id.empty() && !around.has_operator_id)
        found.error("operator-id", "is missing here and in sponts.conf",
                    "fehlt hier und in sponts.conf");
    if (measure.profile != Profile::etsi_tcp && !around.has_file_prefix)
        found.error("profile", "sponts.conf has no file-prefix for the names of files",
                    "in sponts.conf fehlt file-prefix für die Namen der Dateien");
}

void check_format(Findings& found, const Measure& measure)
{
    check_country(found, "country-authorisation", measure.country_authorisation);
    check_country(found, "country-delivery", measure.country_delivery);
    check_id(found, "operator-id", measure.operator_id, longest_operator);
    check_id(found, "network-element", measure.network_element, longest_operator);
    check_id(found, "interception-point", measure.interception_point, longest_point);
    check_version(found, "header-version", measure.header_version, etsi::oldest_header,
                  etsi::newest_header);
    check_version(found, "email-version", measure.email_version, etsi::oldest_email,
                  etsi::newest_email);
}

} // namespace

void check_delivery(Findings& found, const Measure& measure, const Surroundings& around)
{
    Findings events;
    Findings content;
    check_destination(events, measure, measure.iri, around);
    if (measure.cc)
        check_destination(content, measure, *measure.cc, around);
    add_both(found, events.take(), content.take(), measure.cc.has_value());
    check_format(found, measure);
    check_settings(found, measure, around);
}

} // namespace li
