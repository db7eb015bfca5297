// SPDX-License-Identifier: Apache-2.0
// proxy/backends.h - from a user to an open connection with the host of their mailbox.
//
// Which hosts: the route of the user or of their domain, else the listener's backend.
// Which first: by priority, equal ones at random; hosts that are dead last, and only one
// connection at a time probes whether they live again.  A host that cannot be reached,
// does not speak the protocol or has the wrong certificate is left for the next one.
//
// What is known of a host belongs to the way it is spoken to, not to its address: a route
// that asks for another certificate than the host has must not put it aside for those who
// reach it well by theirs.  That sessions are open there keeps no host alive either: those
// of a machine without power stay open for half an hour.
//
// When none of a user's hosts can be had for long (proxy/outage.h), the user is shown the
// queue, if there is one.  As long as that lasts, and somebody has asked for them within a
// day, these hosts are watched: greeted now and then, with nobody logged in.
//
// How: TCP, PROXY version 2 if the host is to know the client by it, TLS if it begins at
// once; then the Greeter leads the protocol's dialogue to where a login is possible.
#pragma once

#include "base/clock.h"
#include "db/directory.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/task.h"
#include "proxy/leg.h"
#include "proxy/listener.h"
#include "proxy/outage_book.h"
#include "proxy/trouble.h"
#include "session/health.h"
#include "session/tls_contexts.h"

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace proxy {

// For whom a connection is made: what the backend may be told.
struct Caller {
    std::string id;        // of the session
    net::Address client;   // where the user is
    net::Address local;    // where they came in
    std::uint32_t ttl = 5; // proxies that may still follow
    bool operator==(const Caller&) const = default;
};

// An open connection to a backend.
struct Link {
    std::unique_ptr<Leg> leg;
    db::RouteHost host;
    std::string name;                     // "mail1[192.0.2.1]:143", for log lines
    std::string address;                  // "192.0.2.1:143"
    std::string ip;                       // "192.0.2.1"
    std::string key;                      // way_to() it, for what is remembered about it
    std::shared_ptr<net::TlsContext> tls; // null: plain, as the host's policy says
    // Of the queue, which knows users by their full name in lower case: the domain of names
    // without one.  Nothing: a backend, which is told names as they were said.
    std::optional<std::string> user_domain{};
    bool stands_in = false; // the queue, for a backend that is down

    // STARTTLS was agreed on.  Throws net::TlsFailure.  Whatever the backend had sent
    // ahead is thrown away.
    [[nodiscard]] net::Task<void> start_tls();
    // STARTTLS is required before anything is said that others should not hear.
    [[nodiscard]] bool needs_starttls() const;
    // Every read and write ends so many seconds from now.
    void set_timeout(base::seconds time) { leg->stream().set_timeout(time); }
};

// An address and all that makes connections to it come out differently before the login.
[[nodiscard]] std::string way_to(const net::Address& address, const db::RouteHost& host);

// What is being caught now, as trouble with this backend: TimedOut, PeerGone, TlsFailure
// and Failure; anything else is thrown on.  For `catch` blocks around dialogues.
[[nodiscard]] Trouble trouble_now(const std::string& name);

// The protocol's dialogue from the greeting to where a login is possible, STARTTLS and the
// client's identity included.
class Greeter {
public:
    virtual ~Greeter() = default;
    // The link's deadline is set.  May throw as net/stream.h does.
    [[nodiscard]] virtual net::Task<std::optional<Trouble>> greet(Link& link) = 0;
    // To a host that was only greeted.
    [[nodiscard]] virtual std::string goodbye() const { return {}; }
};

// Where users' mailboxes are: the routes table of one protocol.
class Routes {
public:
    virtual ~Routes() = default;
    // By priority; empty: no route.  Throws base::Failure when they cannot be read.
    [[nodiscard]] virtual std::vector<db::RouteHost> of(const std::string& user) = 0;
};

// A login name, with `domain` if it has none.
[[nodiscard]] std::string routed_name(const std::string& user, const std::string& domain);
// Whom it means, in the one form for whatever counts users: in lower case besides, as
// routes are looked up.
[[nodiscard]] std::string folded_name(const std::string& user, const std::string& domain);

// One login's way from host to host: each is asked once.
class Search {
public:
    [[nodiscard]] bool has_asked(std::string_view key) const;
    // This one cannot be had.
    void pass_by(std::string key) { asked_.push_back(std::move(key)); }
    // The login came out so at this one.  True: the next one is to be asked.
    [[nodiscard]] bool goes_on_behind(const Link& link, const Trouble& trouble);
    // No more hosts, the last one for this reason: what the login has come to.
    [[nodiscard]] Trouble verdict(Trouble last) const;

private:
    std::vector<std::string> asked_; // Link::key
    std::optional<Trouble> first_;   // of those where the login was tried
};

class Backends {
public:
    // Everything outlives this.  `resolver` may be null: hosts are addresses then.
    Backends(net::Loop& loop, Routes& routes, net::Resolver* resolver);

    // `user` as it was said at the login; empty: the listener's backend.  None that the
    // search has asked; those that cannot be had are added to it.
    [[nodiscard]] net::Task<std::expected<Link, Trouble>>
    open(std::string user, ListenerPtr listener, Caller caller, Greeter& greeter,
         Search& search);
    // How a login came out there; null: well.  A host that greets and then fails at logins
    // has a rest after the third in a row: the first may be one user's.
    void note_login(const Link& link, const Trouble* trouble, std::string_view id);

    // The user's route is the listener's own backend, or there is no other: for APOP, whose
    // challenge comes from there.
    [[nodiscard]] bool is_default(const std::string& user, const Listener& listener);

    // First pause of a host that is down; doubles up to ten minutes.
    void set_dead_for(base::seconds pause);
    // Where the queue is shown (ums/server.h), and when; nothing: it is not.
    void set_queue(std::optional<db::RouteHost> door, OutageTimes times);
    // What other processes know of outages, too (proxy/outage_book.h).
    void share_outages(std::string file) { outages_.share(std::move(file)); }
    // Hosts are watched, and greeted by these.  Without it logins do that.
    using MakeGreeter = std::function<std::unique_ptr<Greeter>(ListenerPtr)>;
    void watch_by(MakeGreeter make) { make_greeter_ = std::move(make); }
    // Called when a host that was down lives again, with its name and its address: others
    // may wait for it.
    using Tell = std::function<void(const std::string& host, const std::string& ip)>;
    void tell_alive(Tell tell) { tell_alive_ = std::move(tell); }
    // Files of certificates may have changed.
    void forget_tls() { contexts_.forget(); }

private:
    struct Candidate {
        net::Address address;
        db::RouteHost host;
        std::string key;
        bool dead = false;
    };
    struct Condition { // of one way
        session::Health health;
        std::uint32_t probing = 0;
        std::uint32_t failed_logins = 0; // in a row
        bool watched = false;
        std::int64_t wanted = 0; // by a login while it is out, steady seconds
    };

    [[nodiscard]] std::expected<std::vector<db::RouteHost>, Trouble>
    hosts_of(const std::string& user, const Listener& listener);
    [[nodiscard]] net::Task<std::vector<Candidate>>
    candidates(std::vector<db::RouteHost> hosts, Trouble& trouble);
    [[nodiscard]] net::Task<std::expected<Link, Trouble>> try_one(Candidate candidate,
                                                                  ListenerPtr listener,
                                                                  const Caller& caller,
                                                                  Greeter& greeter);
    [[nodiscard]] net::Task<std::optional<Trouble>>
    prepare(Link& link, const Caller& caller, Greeter& greeter);
    [[nodiscard]] Condition& condition_of(const std::string& key);
    void put_dead_last(std::vector<Candidate>& candidates);
    void note(const Link& link, const std::optional<Trouble>& trouble, std::string_view id);
    void alive(const Link& link, std::string_view id);

    // backends_outage.cc
    // The queue stands in for all of these.
    [[nodiscard]] bool are_out(const std::vector<Candidate>& candidates);
    // The same of a route without any address, which is as good as a host that is down.
    [[nodiscard]] bool is_nowhere(const db::RouteHost& host, bool found);
    // Is out, and this login does not find out whether it still is.
    [[nodiscard]] bool rests(const Candidate& candidate);
    // Is out, and has only been greeted; else this login is the one that finds out.
    [[nodiscard]] bool was_only_greeted(const Link& link);
    [[nodiscard]] net::Task<std::expected<Link, Trouble>>
    open_queue(ListenerPtr listener, const Caller& caller, Greeter& greeter);
    enum class Sign : std::uint8_t { failed, greeted, logged_in };
    void note_outage(const Link& link, Sign sign, std::string_view id);
    void watch_all(const std::vector<Candidate>& candidates, const ListenerPtr& listener);
    [[nodiscard]] net::Task<void> watch(Candidate candidate, ListenerPtr listener);
    [[nodiscard]] bool is_to_be_watched(const std::string& way);
    [[nodiscard]] net::Task<void> greet_once(Candidate candidate, ListenerPtr listener);

    net::Loop& loop_;
    Routes& routes_;
    net::Resolver* resolver_;
    session::TlsContexts contexts_;
    session::HealthLimits limits_;
    std::optional<db::RouteHost> queue_;
    OutageTimes outage_times_;
    OutageBook outages_;
    MakeGreeter make_greeter_;
    Tell tell_alive_;
    std::unordered_map<std::string, Condition> conditions_;
    std::mt19937 random_{std::random_device{}()};
};

} // namespace proxy
