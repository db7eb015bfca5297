// SPDX-License-Identifier: Apache-2.0
// The pure part of handover/remote.h: what may stand in a URL, and how.
#include "handover/remote.h"
#include "text/lines.h"

#include <fmt/format.h>

namespace handover {

namespace {

constexpr std::uint16_t ftp_port = 21;
constexpr std::uint16_t ssh_port = 22;

// RFC 3986 2.3; "/" separates directories.
bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._~/").contains(c);
}

std::string escaped(std::string_view text, bool slashes)
{
    std::string out;
    for (const char c : text) {
        if (is_plain(c) && (c != '/' || slashes))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

// With one "/" at its end unless it is empty.  RFC 1738 3.2.2: "%2F" is the root of an FTP
// server, a URL's own "/" only ends the host.  For libcurl "~" is the home of SFTP.
std::string path_of(bool ssh, std::string_view directory)
{
    const bool absolute = directory.starts_with('/');
    while (directory.starts_with('/'))
        directory.remove_prefix(1);
    while (directory.ends_with('/'))
        directory.remove_suffix(1);
    const std::string_view root = ssh ? (absolute ? "" : "~/") : (absolute ? "%2F" : "");
    return std::string(root) + escaped(directory, true) + (directory.empty() ? "" : "/");
}

bool climbs(std::string_view directory)
{
    return ("/" + std::string(directory) + "/").contains("/../");
}

} // namespace

std::string wrong_target(const li::Destination& destination)
{
    if (text::has_control(destination.directory))
        return "control characters in the directory";
    if (climbs(destination.directory))
        return "\"..\" in the directory";
    if (text::has_control(destination.user) || text::has_control(destination.password))
        return "control characters in user or password";
    if (destination.peer.host.empty())
        return "no host";
    return "";
}

std::uint16_t default_port(li::Method method)
{
    return method == li::Method::sftp ? ssh_port : ftp_port;
}

std::string url_of(li::Method method, const li::Peer& peer, std::string_view directory,
                   std::string_view name)
{
    const bool ssh = method == li::Method::sftp;
    const bool v6 = peer.host.contains(':');
    return fmt::format("{}://{}{}{}:{}/{}{}", ssh ? "sftp" : "ftp", v6 ? "[" : "",
                       v6 ? peer.host : escaped(peer.host, false), v6 ? "]" : "",
                       peer.port != 0 ? peer.port : default_port(method),
                       path_of(ssh, directory), escaped(name, false));
}

} // namespace handover
