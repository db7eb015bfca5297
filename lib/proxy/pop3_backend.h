// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_backend.h - our side of the dialogue with a POP3 server, from its greeting to
// its answer to the login.
//
// In as few round trips as are safe: CAPA is asked once for many logins, and where it says
// PIPELINING all that belongs to a login goes out as one write.
//
// The server is believed in nothing: a line too long, an answer that is none, bytes ahead
// of a question or a hang-up make the backend broken, and nothing that came before TLS is
// used within it (RFC 2595 section 4).
//
// Secrets: what is said is wiped after it has been written.
#pragma once

#include "base/wipe.h"
#include "pop3/capabilities.h"
#include "pop3/limits.h"
#include "pop3/reply.h"
#include "proxy/backends.h"
#include "proxy/pop3_memory.h"
#include "proxy/trouble.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

// What the server says to a login: its +OK as it came, or a question.
struct Pop3Answer {
    bool challenge = false; // `text` is its base64, for the client to answer
    std::string text;       // else: the whole line, for the client to hear
};
using Pop3Outcome = std::expected<Pop3Answer, Trouble>;

// What the client has asked for before the login.
struct Pop3Wishes {
    bool utf8 = false;
    std::string language; // of LANG; empty: none
};

// This server, or we for it, can take a login by this mechanism: a password may be told in
// other ways, too.
[[nodiscard]] bool pop3_carries(const pop3::Capabilities& server,
                                std::string_view mechanism);

struct Pop3Credentials {
    std::string user;
    std::string password;

    ~Pop3Credentials() { base::wipe(password); } // every copy
};

// Name and password of PLAIN and LOGIN, where the messages (base64, of LOGIN two) hold
// nothing else; nothing: they have to go on as they are.
[[nodiscard]] std::optional<Pop3Credentials>
credentials_of(std::string_view mechanism, const std::vector<std::string>& responses);

class Pop3Backend : public Greeter {
public:
    struct Options {
        pop3::Limits limits;
        base::seconds patience{30};    // for the answers to what is said at once
        bool ask_capabilities = false; // even if they are known
    };

    // `memory` outlives this.
    Pop3Backend(Options options, Caller caller, Pop3Memory& memory);

    // The greeting, TLS, CAPA.  One greeted link at a time: the latest.
    [[nodiscard]] net::Task<std::optional<Trouble>> greet(Link& link) override;
    [[nodiscard]] std::string goodbye() const override { return "QUIT\r\n"; }
    // Of the greeting, for APOP; empty: it has none.
    [[nodiscard]] const std::string& timestamp() const { return timestamp_; }
    // After greet(); never null.
    [[nodiscard]] const pop3::Capabilities& capabilities() const { return *said_; }

    // The link is that of greet(); the caller may have changed since.
    void set_caller(Caller caller) { caller_ = std::move(caller); }
    [[nodiscard]] net::Task<Pop3Outcome> log_in(Link& link, Pop3Wishes wishes,
                                                Pop3Credentials who);
    [[nodiscard]] net::Task<Pop3Outcome> apop(Link& link, Pop3Wishes wishes,
                                              std::string user, std::string digest);
    // `responses`: base64 of those we have already, the first one at least; names and
    // passwords in them have no control characters.
    [[nodiscard]] net::Task<Pop3Outcome> authenticate(Link& link, Pop3Wishes wishes,
                                                      std::string mechanism,
                                                      std::vector<std::string> responses);
    // To a challenge; "*" cancels.
    [[nodiscard]] net::Task<Pop3Outcome> respond(Link& link, std::string response);

private:
    enum class Need : std::uint8_t {
        wish, // refused: it is noted, and the login goes on
        must, // refused: that is the end
    };
    struct Step {
        std::string line;
        Need need = Need::must;
        bool answers = false; // "+ ..." is a good answer, too

        ~Step() { base::wipe(line); } // every copy
    };
    using Script = std::vector<Step>;

    [[nodiscard]] net::Task<std::optional<Trouble>> hear_greeting(Link& link);
    [[nodiscard]] net::Task<std::optional<Trouble>> begin_tls(Link& link);
    [[nodiscard]] net::Task<std::optional<Trouble>> hear_capabilities(Link& link);
    [[nodiscard]] net::Task<std::optional<Trouble>> hear_list(Link& link,
                                                              pop3::Capabilities& said);

    [[nodiscard]] Script preface(const Link& link, const Pop3Wishes& wishes);
    [[nodiscard]] net::Task<Pop3Outcome> play(Link& link, Script script);
    [[nodiscard]] net::Task<Pop3Outcome> play_steps(Link& link, Script& script);
    [[nodiscard]] net::Task<Pop3Outcome> supply(Link& link, Pop3Outcome answer,
                                                std::vector<std::string> responses);
    void take_answer(const Link& link, const Step& step, const std::string& line,
                     Pop3Outcome& outcome) const;
    [[nodiscard]] static std::string joined(const Script& script);
    void note_refused(const Link& link, const Step& step, std::string_view line) const;

    // One line of the server, or what is wrong with it.
    [[nodiscard]] net::Task<std::expected<std::string, Trouble>> hear(Link& link,
                                                                      std::size_t limit);
    // One line of ours; nobody has said anything that we have not asked for.
    [[nodiscard]] net::Task<std::optional<Trouble>> say(Link& link, std::string_view line);

    Options options_;
    Caller caller_;
    Pop3Memory& memory_;
    Pop3Memory::Known said_;
    std::string timestamp_;
    bool takes_xclient_ = false;
    bool introduced_ = false; // the preface has been said on this link
};

} // namespace proxy
