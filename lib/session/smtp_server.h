// SPDX-License-Identifier: Apache-2.0
// session/smtp_server.h - what the sessions of one process share.
//
// The reception (reception.h) with what SMTP needs besides.  Knows no SMTP but the words
// with which somebody is turned away at the door.
#pragma once

#include "base/fd.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "session/client_limits.h"
#include "session/envelope_budget.h"
#include "session/places.h"
#include "session/reception.h"
#include "session/recipient_probe.h"
#include "session/relay_policy.h"
#include "session/smtp_listener.h"
#include "spool/writer.h"
#include "tap/tap.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace session {

// ETRN (RFC 1985): asks whoever owns the queue to try a destination now.
class QueueFlush {
public:
    virtual ~QueueFlush() = default;
    // True: it has been asked.  False: it could not be (458).
    [[nodiscard]] virtual net::Task<bool> flush(std::string domain) = 0;
};

// The world of the sessions; everything outlives the server.
struct SmtpWorld {
    net::Loop& loop;
    spool::Writer& writer;
    ServedDomains& served;
    RecipientProbe& probe;
    net::Resolver* resolver = nullptr; // null: no reverse names
    QueueFlush* queue = nullptr;       // null: ETRN is answered with 458
    tap::Tap* tap = nullptr;           // null: [tkuev] is not enabled
};

// What all sessions of a process may have together.  Names as in sponts.conf(5).
struct SharedLimits {
    ClientRates rates;
    std::uint64_t envelopes_memory = 64u << 20;
    std::uint32_t tarpit_places = 500; // on_relay = delay: more are refused at once
};

class SmtpServer : public Reception {
public:
    SmtpServer(SmtpWorld world, const SharedLimits& limits);

    // A connection was accepted: admits it or turns it away.
    void serve(base::Fd fd, const net::Address& peer,
               std::shared_ptr<const SmtpListener> listener);
    void set_limits(const SharedLimits& limits);

    // For the sessions.
    [[nodiscard]] const SmtpWorld& world() const { return world_; }
    [[nodiscard]] EnvelopeBudget& envelopes() { return envelopes_; }
    // Without a place in the tarpit one is refused at once.
    [[nodiscard]] Places& tarpit() { return tarpit_; }
    // Look-ups of clients' names outlive their sessions: who comes and goes all the time,
    // and has a name server that does not answer, must not collect them.
    [[nodiscard]] Places& name_lookups() { return name_lookups_; }

private:
    [[nodiscard]] std::string farewell(std::string_view why) const override;

    SmtpWorld world_;
    EnvelopeBudget envelopes_;
    Places tarpit_;
    Places name_lookups_;
};

} // namespace session
