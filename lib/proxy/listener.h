// SPDX-License-Identifier: Apache-2.0
// proxy/listener.h - one [listener] of a proxy as its sessions see it.
//
// Made from the configuration, never changed: a reload makes new ones, and sessions that
// run keep theirs.
#pragma once

#include "base/clock.h"
#include "db/directory.h"
#include "imap/limits.h"
#include "net/address.h"
#include "net/tls.h"
#include "pop3/limits.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proxy {

// How long we wait for what.  Names as in sponts.conf(5).
struct Times {
    base::seconds greeting{30}; // PROXY header, TLS handshake
    base::seconds login{60};    // everything before the login
    base::seconds idle{1860};   // nothing passes in either direction
    base::seconds connect{10};  // to one address of a backend
    base::seconds backend{30};  // one answer of a backend before the login
    base::seconds login_delay{2};
};

struct Listener {
    std::string name;
    std::shared_ptr<const net::TlsContext> tls; // null: no TLS
    bool tls_at_once = false;
    net::Networks trust_proxy;
    net::Networks trust_xclient; // may say for whom it speaks: XCLIENT, or fields of ID
    std::optional<db::RouteHost> backend; // of users without a route
    std::string user_domain; // of login names without one, when routes are looked up
    std::vector<std::string> mechanisms; // of SASL, upper case
    bool login_without_tls = false;
    bool passwords = true;         // may pass: USER and PASS, LOGIN
    bool apop = false;             // POP3: the greeting waits for the backend's
    bool compress = false;         // IMAP: COMPRESS=DEFLATE for clients
    bool backend_compress = false; // IMAP: and towards the backend
    std::uint32_t connections_per_user = 20;
    Times times;
    pop3::Limits pop3;
    imap::Limits imap;
};
using ListenerPtr = std::shared_ptr<const Listener>;

} // namespace proxy
