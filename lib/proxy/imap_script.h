// SPDX-License-Identifier: Apache-2.0
// proxy/imap_script.h - how a login is said to an IMAP backend, so that it needs the fewest
// round trips this backend allows: pure.
#pragma once

#include "imap/capabilities.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

// A login as the client has said it.
struct ImapLogin {
    std::string tag;       // the client's: the backend's answer goes on to it as it is
    std::string mechanism; // of SASL; empty: the LOGIN command
    std::string first;     // the client's first message, decoded; not of LOGIN
    std::string user;      // of LOGIN, command and mechanism
    std::string password;

    ~ImapLogin(); // wiped, every copy
};

// What is said to the backend: the first at once, each further one when it asks by "+".
struct ImapScript {
    std::vector<std::string> lines;
    // What the backend asks beyond them is the client's to answer.
    bool relayed = false;

    ~ImapScript(); // wiped, every copy
};

// Nothing: this backend takes no such login.
[[nodiscard]] std::optional<ImapScript> script_of(const ImapLogin& login,
                                                  const imap::Capabilities& backend);

// The backend takes passwords in one way or another.
[[nodiscard]] bool takes_passwords(const imap::Capabilities& backend);
// Of the listener's mechanisms those that such a backend can be told.
[[nodiscard]] std::vector<std::string>
possible_mechanisms(const std::vector<std::string>& wanted,
                    const imap::Capabilities& backend);

} // namespace proxy
