// SPDX-License-Identifier: Apache-2.0
// handover/remote.h - one file server of an authority: what is there, put, rename, remove.
//
// FTP, FTPS (explicit TLS: nothing is said in clear but AUTH TLS) and SFTP by libcurl,
// which logs in when something is first asked for, keeps the connection, and logs in anew
// when it was lost.  Knows names in one directory, nothing of steps or parcels.
//
// The password is kept until destruction and wiped then; libcurl's memory is wiped
// whenever it is given back.  Threads: one.
#pragma once

#include "base/clock.h"
#include "li/measure.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace handover {

// How long a server may take.
struct Patience {
    base::seconds connect{15};
    base::seconds answer{30};         // to one command
    base::seconds stalled{30};        // without an octet
    std::uint64_t slowest = 16 << 10; // octets a second that a whole file must reach
};

struct Trouble {
    enum class Kind : std::uint8_t {
        unreachable, // no connection, or no answer, or it was lost
        busy,        // the server says: not now (4xx), no room
        refused,     // the server says: not at all (login, directory), or it is not the one
                     // whose key the destination names
        absent,      // no such file
    } kind = Kind::unreachable;
    std::string text; // one line, no secrets
};

template <class T>
using Answer = std::expected<T, Trouble>;

// What does not stand in the destination.
struct Credentials {
    // SFTP: file of a private key to log in with (Ed25519; libssh2 cannot sign by RSA for
    // today's servers); empty: by password only.
    std::string ssh_key;
    // FTPS: PEM of who is trusted; empty: whom the system trusts.
    std::string trusted;
};

class Remote {
public:
    // `key`: SHA-256 of the server's public key, base64; SFTP must have one, FTPS may:
    // instead of a certificate that is trusted.
    Remote(const li::Destination& destination, const li::Peer& peer, std::string_view key,
           const Credentials& credentials, const Patience& patience);
    ~Remote();
    Remote(const Remote&) = delete;
    Remote& operator=(const Remote&) = delete;

    // From now on everything ends soon when this is asked to stop.
    void obey(std::stop_token stop);

    [[nodiscard]] Answer<std::optional<std::uint64_t>> size(std::string_view name);
    // By a listing, where the protocol has one that takes a name; else by size().
    [[nodiscard]] Answer<bool> listed(std::string_view name);
    // Replaces what has the name.  What the server said when it had all of it.
    [[nodiscard]] Answer<std::string> upload(std::string_view name,
                                             std::string_view octets);
    [[nodiscard]] Answer<std::string> rename(std::string_view from, std::string_view to);
    [[nodiscard]] Answer<void> remove(std::string_view name);
    // Logs in and looks whether the directory is there.
    [[nodiscard]] Answer<std::string> greet();
    void hang_up();

private:
    struct Wire; // libcurl's part
    std::unique_ptr<Wire> wire_;
};

// What may not stand in a destination's directory or user name: control characters, which
// would be commands; "..".  Empty: nothing is wrong.
[[nodiscard]] std::string wrong_target(const li::Destination& destination);

[[nodiscard]] std::uint16_t default_port(li::Method method);

// "ftp://[2001:db8::1]:21/%2Fdir/name"; an absolute directory stays one.
[[nodiscard]] std::string url_of(li::Method method, const li::Peer& peer,
                                 std::string_view directory, std::string_view name);

} // namespace handover
