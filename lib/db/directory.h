// SPDX-License-Identifier: Apache-2.0
// db/directory.h - the questions the servers ask of sponts.db: who is served, where mail
// goes, where users read it.
//
// Read only (SQLITE_OPEN_READONLY), prepared statements, one function per question. Answers
// are cached until the database changes (PRAGMA data_version, looked at no more than once
// every `max_staleness`).  Domains are compared in lower case; local parts byte for byte
// first and then in lower case.
//
// A locked, missing or damaged database throws base::Failure(try_later) with the reason:
// servers answer 451, senders defer.  The next question after `max_staleness` tries again,
// so service comes back with the database, also when that is another file by then.
//
// A question that is answered from memory costs well under a microsecond, one that is not a
// few; with a locked database one question every `max_staleness` waits for read_patience.
// Threads: one object per thread.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {

// domains.verify: what makes a recipient of a served domain known.
enum class Verify : std::uint8_t {
    any,   // every local part
    list,  // only those in the addresses table
    probe, // the backend is asked with RCPT, answers are remembered for a while
};

struct Domain {
    std::string name;
    Verify verify = Verify::any;
    std::string tenant;
    bool hold = false; // accept, but keep in the queue until released
    bool etrn = false; // ETRN for this domain is allowed from its routes' hosts
};

// pop3s and imaps: TLS from the first byte; pop3 and imap: STLS and STARTTLS, or plain.
enum class Protocol : std::uint8_t { smtp, lmtp, pop3, pop3s, imap, imaps };
// What a route is for: a pattern may have rows for each.
enum class Service : std::uint8_t { mail, pop3, imap };

[[nodiscard]] constexpr Service service_of(Protocol protocol)
{
    switch (protocol) {
    case Protocol::smtp:
    case Protocol::lmtp:
        break;
    case Protocol::pop3:
    case Protocol::pop3s:
        return Service::pop3;
    case Protocol::imap:
    case Protocol::imaps:
        return Service::imap;
    }
    return Service::mail;
}

// For pop3 and imap: never may; none is plain, everything else needs STLS or STARTTLS.
enum class TlsPolicy : std::uint8_t { none, may, encrypt, verify, fingerprint };
// proxy: PROXY version 2; id: the ID of IMAP (RFC 2971).
enum class ClientInfo : std::uint8_t { none, xclient, xforward, proxy, id };

// One host of a route.  A route is all rows of one pattern for one service.
struct RouteHost {
    std::string pattern; // "user@example.org", "example.org", ".example.org", "*", "name"
    int priority = 0;    // lower first; equal ones in random order
    std::string host;    // name, IP, "[192.0.2.1]" or "mx:example.net" (use its MX)
    std::uint16_t port = 25;
    Protocol protocol = Protocol::smtp;
    TlsPolicy tls = TlsPolicy::may;
    std::string tls_name;    // to verify instead of host
    std::string fingerprint; // SHA-256 hex
    std::string ca_file;
    std::string username; // AUTH at the next hop
    std::string password_file;
    ClientInfo client_info = ClientInfo::none;
    bool hold_5xx = false; // the guard: sudden 5xx are held, not bounced
    bool operator==(const RouteHost&) const = default;
};

enum class AddressKind : std::uint8_t {
    mailbox, // exists; mail goes by its route
    rewrite, // becomes `target` (another store)
    copy,    // stays, and a copy goes to `target`
    forward, // no mailbox: only `target`
};

struct AddressRow {
    std::string address;
    AddressKind kind = AddressKind::mailbox;
    std::string target;
};

struct User {
    std::string name;
    std::string password; // "$argon2id$..." or empty
    std::string scram;    // "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey" or empty
    bool enabled = true;
};

// How long a reader waits for a lock: its sessions all wait with it.
inline constexpr base::milliseconds read_patience{100};
// Answers kept in memory for each kind of question, "there is none" included; at most
// twice as many for a moment.  A few hundred bytes each.
inline constexpr std::size_t remembered_answers = 16'384;

class Directory {
public:
    // Opens the database; throws only if it is of a version this program does not know
    // (fix_config).  Any other trouble is left to the first question.
    explicit Directory(std::string path,
                       base::milliseconds max_staleness = base::milliseconds{500});
    ~Directory();

    // The domain itself, not its parents.  Domains may be given in U-labels everywhere.
    [[nodiscard]] std::optional<Domain> domain(std::string_view name);
    // All rows of one address (several copies are possible), or none.
    [[nodiscard]] std::vector<AddressRow> address(std::string_view address);
    // Most specific pattern that has rows of this service: address, domain, parent domains
    // (".org"-style patterns), "*"; ordered by priority.  For pop3 and imap `address` is a
    // login name; one without "@" is the pattern itself, then "*".  Empty: no route.  The
    // list is good until the next call of route(): copy it before anything else may ask.
    [[nodiscard]] const std::vector<RouteHost>& route(std::string_view address,
                                                      Service service = Service::mail);
    // All rows of this very pattern for mail, in any form in which it may be imported; the
    // list is good as long.
    [[nodiscard]] const std::vector<RouteHost>& named_route(std::string_view pattern);
    [[nodiscard]] std::optional<User> user(std::string_view name);
    // Increases whenever the database may have changed: for callers that cache decisions.
    [[nodiscard]] std::uint64_t version();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace db
