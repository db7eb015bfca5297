// SPDX-License-Identifier: Apache-2.0
// session/smtp_server.h - what the sessions of one process share.
//
// Admits connections, starts their dialogues, tells them to finish.  Knows no SMTP but the
// words with which somebody is turned away at the door.
#pragma once

#include "base/fd.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "session/client_limits.h"
#include "session/envelope_budget.h"
#include "session/places.h"
#include "session/recipient_probe.h"
#include "session/relay_policy.h"
#include "session/smtp_listener.h"
#include "spool/writer.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace session {

class SmtpServerSession;

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
};

// What all sessions of a process may have together.  Names as in sponts.conf(5).
struct SharedLimits {
    ClientRates rates;
    std::uint64_t envelopes_memory = 64u << 20;
    std::uint32_t tarpit_places = 500; // on_relay = delay: more are refused at once
};

class SmtpServer {
public:
    SmtpServer(SmtpWorld world, const SharedLimits& limits);
    ~SmtpServer();

    // A connection was accepted: admits it or turns it away.
    void serve(base::Fd fd, const net::Address& peer,
               std::shared_ptr<const SmtpListener> listener);
    void set_limits(const SharedLimits& limits);

    // Sessions say 421 at their next command; nobody is admitted any more.
    void drain();
    [[nodiscard]] bool draining() const { return draining_; }
    [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }
    // Ends what is left, whatever it does.
    void abort_all();
    // Called after the last session has ended.
    void when_idle(std::function<void()> tell) { tell_idle_ = std::move(tell); }

    // For the sessions.
    [[nodiscard]] const SmtpWorld& world() const { return world_; }
    [[nodiscard]] ClientLimits& limits() { return limits_; }
    [[nodiscard]] EnvelopeBudget& envelopes() { return envelopes_; }
    // Without a place in the tarpit one is refused at once.
    [[nodiscard]] Places& tarpit() { return tarpit_; }
    // Look-ups of clients' names outlive their sessions: who comes and goes all the time,
    // and has a name server that does not answer, must not collect them.
    [[nodiscard]] Places& name_lookups() { return name_lookups_; }
    void joined(SmtpServerSession* who) { sessions_.insert(who); }
    void left(SmtpServerSession* who);

private:
    [[nodiscard]] std::string next_session_id();

    SmtpWorld world_;
    ClientLimits limits_;
    EnvelopeBudget envelopes_;
    Places tarpit_;
    Places name_lookups_;
    std::unordered_set<SmtpServerSession*> sessions_;
    std::int64_t last_id_ = 0;
    bool draining_ = false;
    std::function<void()> tell_idle_;
};

// "421 4.7.0 too many connections": what somebody who is not admitted is told.
[[nodiscard]] std::string_view describe(Admission admission);

} // namespace session
