// SPDX-License-Identifier: Apache-2.0
// pop3/capabilities.h - CAPA (RFC 2449): what a server says it can, and what a proxy in
// front of it says before the login.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pop3 {

class Capabilities {
public:
    // One line of the answer, without its end.  Lines that are no capability (control
    // bytes, no word) are left out.
    void add(std::string_view line);

    // `tag` in any case.
    [[nodiscard]] bool has(std::string_view tag) const;
    [[nodiscard]] std::string_view parameters(std::string_view tag) const;
    // A word among the parameters: ("SASL", "PLAIN"), ("UTF8", "USER").
    [[nodiscard]] bool has(std::string_view tag, std::string_view parameter) const;
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

private:
    [[nodiscard]] const std::string* find(std::string_view tag) const;

    std::vector<std::string> lines_; // "SASL PLAIN LOGIN"
};

// What is true of the client's side now, whatever the server can.
struct Offer {
    bool stls = false;
    bool user = false;                   // USER and PASS
    std::vector<std::string> mechanisms; // AUTH, upper case
};

// The whole answer to CAPA before the login: of the server's capabilities those that pass
// through us, with our own STLS, USER and SASL.
[[nodiscard]] std::string announce(const Capabilities& server, const Offer& offer);

} // namespace pop3
