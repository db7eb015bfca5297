// SPDX-License-Identifier: Apache-2.0
// imap/capabilities.h - what a server says it can, and what a proxy in front of it says.
//
// Whatever concerns one connection only - TLS, logins, compression - is each leg's own;
// everything else, known to us or not, passes through.
#pragma once

#include "imap/status.h"

#include <string>
#include <string_view>
#include <vector>

namespace imap {

class Capabilities {
public:
    Capabilities() = default;
    // "IMAP4rev1 IDLE ...", as it stands behind CAPABILITY.
    explicit Capabilities(std::string_view text);

    [[nodiscard]] bool has(std::string_view word) const; // in any case
    [[nodiscard]] bool empty() const { return words_.empty(); }
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

private:
    std::vector<std::string> words_;
};

// What is true of the client's side before the login.
struct Offer {
    bool starttls = false;
    bool login = false;                  // LOGIN and AUTHENTICATE are possible now
    bool passwords = true;               // the server takes them: LOGIN makes sense
    std::vector<std::string> mechanisms; // upper case
};
// "IMAP4rev1 ...", for the greeting and for CAPABILITY before the login.
[[nodiscard]] std::string announce(const Capabilities& server, const Offer& offer);

// What the server says after the login, as the client hears it.
[[nodiscard]] std::string announce_after_login(std::string_view server, bool compress);
// A response that says CAPABILITY, as data or in its code, as the client is to hear it.
// Empty: it says none, and `line` may pass as it is.
[[nodiscard]] std::string filtered(const Response& response, std::string_view line,
                                   bool compress);

} // namespace imap
