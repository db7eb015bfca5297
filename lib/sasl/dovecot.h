// SPDX-License-Identifier: Apache-2.0
// sasl/dovecot.h - the lines of the Dovecot authentication protocol, client side.
//
// Version 1.x: tab separated fields, one line a message, no line longer than 8192 bytes.
// Only grammar; the socket is the caller's.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sasl::dovecot {

inline constexpr std::size_t max_line = 8192;

// What the server says.
struct Version {
    unsigned major = 0, minor = 0;
};
struct Mech {
    std::string name;
    bool plaintext = false;  // "plaintext": only over TLS
    bool is_private = false; // "private": not to be offered
};
struct Spid {
    std::string pid;
};
struct Cuid {
    std::string id;
};
struct Cookie {
    std::string value;
};
struct Done {}; // end of the server's handshake
struct Ok {
    std::uint32_t id = 0;
    std::string user; // "user=", as the backend calls it
};
struct Fail {
    std::uint32_t id = 0;
    std::string user;
    bool temporary = false;     // "temp": 454, not 535
    bool authorisation = false; // "authz"
    std::string reason;
    std::string code; // "code=": temp_fail, authz_fail, user_disabled, pass_expired
};
struct Continue {
    std::uint32_t id = 0;
    std::string challenge; // base64 as it stands: SMTP wants it so
};
struct Other {}; // a line of a later version: ignored

using Line =
    std::variant<Version, Mech, Spid, Cuid, Cookie, Done, Ok, Fail, Continue, Other>;
// `line` without its LF.  Unexpected: what is wrong with it.
[[nodiscard]] std::expected<Line, std::string> parse_line(std::string_view line);

struct Request {
    std::uint32_t id = 0; // per connection, never reused
    std::string mechanism;
    std::string service = "smtp";
    std::string remote_ip, local_ip;
    std::uint16_t remote_port = 0, local_port = 0;
    bool secured = false; // TLS
    std::string tls_cipher;
    bool initial = false; // `response` came with AUTH
    std::string response; // base64, checked by the caller
};
[[nodiscard]] std::string hello(std::uint32_t pid);             // VERSION and CPID
[[nodiscard]] std::string auth_request(const Request& request); // AUTH ...
[[nodiscard]] std::string cont(std::uint32_t id, std::string_view base64);
[[nodiscard]] std::string cancel(std::uint32_t id);

// Tabs, LF, NUL and \001 in values, as Dovecot escapes them.
[[nodiscard]] std::string escape(std::string_view value);
[[nodiscard]] std::string unescape(std::string_view value);

} // namespace sasl::dovecot
