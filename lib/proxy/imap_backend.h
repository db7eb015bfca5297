// SPDX-License-Identifier: Apache-2.0
// proxy/imap_backend.h - what is said to an IMAP backend, and heard from it, before the
// relay begins.
//
// Whatever goes wrong with the backend is thrown as ImapFailed: dialogues that speak with
// the client at the same time tell the two apart by it.
#pragma once

#include "imap/capabilities.h"
#include "imap/limits.h"
#include "imap/response_reader.h"
#include "net/task.h"
#include "proxy/backends.h"
#include "proxy/trouble.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

struct ImapFailed : std::runtime_error {
    explicit ImapFailed(Trouble what)
        : std::runtime_error(what.why), trouble(std::move(what))
    {
    }
    Trouble trouble;
};

// What has come besides the answer to a command.
struct ImapAnswer {
    std::string tagged;               // the line
    std::vector<std::string> besides; // untagged OK, NO and BAD
    std::optional<std::string> capabilities;
};

class ImapBackend {
public:
    // The link outlives this, and does not move.
    ImapBackend(Link& link, const imap::Limits& limits)
        : link_(link), reader_(limits.response)
    {
    }

    // Its answer must be there `patience` after this.
    [[nodiscard]] net::Task<void> say(std::string text, base::seconds patience);
    // Within the deadline that the link has.
    [[nodiscard]] net::Task<void> say(std::string text);
    // The next response, whatever it is.
    [[nodiscard]] net::Task<std::string> hear();
    // All up to the answer to this command; BYE is a failure.
    [[nodiscard]] net::Task<ImapAnswer> answer(std::string tag);
    // An untagged line that came in between.
    void note(ImapAnswer& answer, std::string line);

    [[nodiscard]] net::Task<void> start_tls();
    [[noreturn]] void fail(TroubleKind kind, std::string_view why) const;

private:
    [[nodiscard]] net::Task<std::string> hear_response();

    Link& link_;
    imap::ResponseReader reader_;
    std::size_t untagged_ = 0;
};

// From the greeting to where a login is possible.
class ImapGreeter : public Greeter {
public:
    explicit ImapGreeter(const imap::Limits& limits) : limits_(limits) {}

    [[nodiscard]] net::Task<std::optional<Trouble>> greet(Link& link) override;
    // What the backend has said of itself, within TLS if there is any.
    [[nodiscard]] const imap::Capabilities& capabilities() const { return capabilities_; }

private:
    [[nodiscard]] net::Task<void> converse(Link& link);

    imap::Limits limits_;
    imap::Capabilities capabilities_;
};

} // namespace proxy
