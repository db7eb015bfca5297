// SPDX-License-Identifier: Apache-2.0
// proxy/trouble.h - why a user could not be brought to a mailbox, by kind.
//
// The client's answer (response codes), the log line, and whether the host is tried again
// and counts as dead follow from the kind; the text is for the log only, never for the
// client.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace proxy {

enum class TroubleKind : std::uint8_t {
    refused,     // the backend said: wrong user or password, or they may not log in
    in_use,      // the mailbox is locked, or this user has too many connections
    unavailable, // the backend lives, but says that it cannot now
    down,        // no connection, no answer in time
    broken,      // what answers does not speak the protocol, or hung up in the middle
    tls,         // TLS was required and could not be had, or the certificate is another's
    no_route,    // nobody knows where this user's mailbox is
    cancelled,   // the client broke the exchange off, or it cannot be carried
};

struct Trouble {
    TroubleKind kind = TroubleKind::down;
    std::string why; // "mail1[192.0.2.1]:143: connection refused"
    // refused, in_use, unavailable: the backend's own answer, for the client to hear;
    // may be empty.
    std::string reply;
    // refused: it is this password that is wrong, or that does not hold any more.  A
    // backend also refuses whom it has locked out, or whom it cannot look up now.
    bool of_password = false;
    std::string backend{}; // who was asked: "mail1[192.0.2.1]:143"; empty: nobody
};

// "backend-down": for log lines.
[[nodiscard]] constexpr std::string_view name_of(TroubleKind kind)
{
    switch (kind) {
    case TroubleKind::refused:
        return "refused";
    case TroubleKind::in_use:
        return "in-use";
    case TroubleKind::unavailable:
        return "unavailable";
    case TroubleKind::down:
        return "down";
    case TroubleKind::broken:
        return "broken";
    case TroubleKind::tls:
        return "tls";
    case TroubleKind::no_route:
        return "no-route";
    case TroubleKind::cancelled:
        return "cancelled";
    }
    return "unknown";
}

// This says something about the host, not about the user: the next host may do better, and
// this one has a rest.
[[nodiscard]] constexpr bool is_of_host(TroubleKind kind)
{
    return kind == TroubleKind::down || kind == TroubleKind::broken ||
           kind == TroubleKind::tls;
}

// The next host of a route is asked.
[[nodiscard]] constexpr bool another_may_do_better(TroubleKind kind)
{
    return is_of_host(kind) || kind == TroubleKind::unavailable;
}

} // namespace proxy
