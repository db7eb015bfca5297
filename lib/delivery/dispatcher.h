// SPDX-License-Identifier: Apache-2.0
// delivery/dispatcher.h - the heart of smtp-sendd: takes messages from the queue when they
// are due, gives each destination its share of connections, notes what becomes of them.
//
// A message is looked at ("active", an Attempt with its envelope in memory) only while
// something can be done for it; the number of those is bounded, and each destination's part
// of it.  All others are eight to sixteen bytes in a timetable or in the list of a
// destination that is dead or busy.  Destinations do not wait for each other.
//
//     dispatcher.cc          start, log, timetable, clock tick, stop
//     dispatcher_place.cc    routing a message into jobs; ready, parked
//     dispatcher_expand.cc   recipients that become others
//     dispatcher_courier.cc  connections and transactions
//     dispatcher_results.cc  the answers of one conversation
//     dispatcher_guard.cc    refusals that are not believed
//     dispatcher_settle.cc   results, reports, the next attempt
//
// One thread.  Everything here must outlive the loop's run.
#pragma once

#include "delivery/connector.h"
#include "delivery/destination.h"
#include "delivery/forwarder.h"
#include "delivery/message_source.h"
#include "delivery/options.h"
#include "delivery/reporter.h"
#include "delivery/timetable.h"
#include "delivery/wake.h"
#include "spool/queue.h"
#include "spool/writer.h"
#include "tap/queue_witness.h"

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace delivery {

struct Batch;

struct Parts { // what the program opened
    net::Loop& loop;
    spool::Queue& queue;
    spool::Reader& reader;
    spool::Writer& writer;
    net::Resolver& resolver;
    Facts& facts;
    const tap::QueueWitness* witness = nullptr; // null: [tkuev] is not enabled
};

class Dispatcher {
public:
    Dispatcher(Parts parts, Options options);
    ~Dispatcher();

    // Takes over what the queue has; call once before the loop runs.
    void start();
    // The log has grown (or may have).
    void poll_log();
    // Once a second or so.
    void tick();
    // Ends when transactions in flight are over, at latest after Options::drain; then calls
    // `stopped`.  Who is only connecting is not waited for.
    void stop(std::function<void()> stopped);
    void reconfigure(Options options);

    // For operators' requests (control.h).
    [[nodiscard]] bool is_active(spool::MessageId id) const { return active_.contains(id); }
    [[nodiscard]] std::vector<spool::MessageId> all_active() const;
    void look_again(spool::MessageId id);
    // A host that was dead is said to live: it is tried at once.
    void probe(const Woken& woken);
    // An operator changes it: true when it is not looked at (any more).
    [[nodiscard]] bool let_go(spool::MessageId id);

private:
    struct Fresh;

    // dispatcher.cc
    void take_due(std::int64_t now);
    void due(Timetable::Item item, std::int64_t now);
    [[nodiscard]] bool is_taken(Timetable::Item item, std::int64_t now);
    void milestone(const spool::Entry& entry);
    void post(std::function<void()> work);
    void put_off(spool::MessageId id, Due due, std::string_view why);
    // One message's trouble (no descriptor, a disk that cannot read) is not that of others.
    void careful(spool::MessageId id, Due due, const auto& work)
    {
        try {
            work();
        } catch (const std::exception& failure) {
            put_off(id, due, failure.what());
        }
    }
    void wait_parked(Destination& destination, const spool::Entry& entry, std::int64_t now);
    void tend(Destination& destination, std::int64_t now);
    void close_idle(Destination& destination, std::int64_t now, bool all);
    void forget_destinations(std::int64_t now);
    void reroute_waiting();
    void leave_alone();
    void check_stopped();
    [[nodiscard]] bool room() const { return active_.size() < options_.active; }
    [[nodiscard]] std::unique_ptr<smtp::Srs> make_srs() const;

    // dispatcher_place.cc
    void activate(const spool::Entry& entry, bool rerouted = false);
    void activate(const spool::Entry& entry, spool::Message message, bool rerouted = false);
    void unreadable(spool::MessageId id, spool::ReadError error);
    [[nodiscard]] AttemptPtr admit(const spool::Entry& entry, spool::Message message);
    void route(const AttemptPtr& attempt, const std::vector<std::uint32_t>& recipients);
    void route_recipient(const AttemptPtr& attempt, std::uint32_t index, std::int64_t now,
                         std::vector<Job>& jobs);
    void place(Job job, std::int64_t now);
    void park(Job job);
    void park_all(Destination& destination);
    void unpark(Destination& destination);
    void stir(Destination& destination);
    void pump_stirred();
    void pump(Destination& destination);
    [[nodiscard]] Destination& destination(const std::string& key);
    [[nodiscard]] Destination* find_destination(std::string_view key);
    void route_or_wait(const AttemptPtr& attempt,
                       const std::vector<std::uint32_t>& recipients);
    void unroutable(const AttemptPtr& attempt, const std::vector<std::uint32_t>& recipients,
                    const std::string& why);
    void wait_all(const AttemptPtr& attempt, const std::vector<std::uint32_t>& recipients,
                  const std::string& reason);
    void tell_replayed(const AttemptPtr& attempt, const spool::Entry& entry);
    void tell_untold(const Attempt& attempt, const std::vector<std::uint32_t>& recipients,
                     li::Status status, const std::string& why,
                     smtp::EnhancedStatus code) const;
    void fail_all(const AttemptPtr& attempt, const std::vector<std::uint32_t>& recipients,
                  std::string reason, smtp::EnhancedStatus status);

    // dispatcher_expand.cc
    [[nodiscard]] bool needs_expansion(const Attempt& attempt);
    [[nodiscard]] Expansion expansion_of(Attempt& attempt,
                                         const std::vector<std::uint32_t>& waiting);
    [[nodiscard]] net::Task<void> expand_message(AttemptPtr attempt);
    void note_forwarded(const Attempt& attempt,
                        const std::vector<std::uint32_t>& recipients);

    // dispatcher_courier.cc
    void start_courier(Destination& destination, Job job, ConnectionPtr connection);
    [[nodiscard]] bool take_slot(Destination& destination);
    void give_slot(Destination& destination);
    [[nodiscard]] ConnectionPtr take_idle(Destination& destination, const Job& job);
    [[nodiscard]] net::Task<void> courier(Destination& destination, Job job,
                                          ConnectionPtr connection);
    [[nodiscard]] net::Task<void> carry(Destination& destination, Job job,
                                        ConnectionPtr& connection);
    [[nodiscard]] net::Task<bool> ensure_connection(Destination& destination, Job& job,
                                                    ConnectionPtr& connection);
    [[nodiscard]] std::optional<Job> take_next(Destination& destination,
                                               ConnectionPtr& connection);
    [[nodiscard]] net::Task<void> carry_on(Destination& destination, Job job,
                                           ConnectionPtr& connection);
    void drop(Destination& destination, ConnectionPtr& connection, bool politely);
    [[nodiscard]] bool evict_idle();
    [[nodiscard]] std::uint32_t most_messages(const Connection& connection) const;
    [[nodiscard]] net::Task<bool> deliver(Destination& destination, Job& job,
                                          Connection& connection);
    [[nodiscard]] bool open_message(Attempt& attempt);
    void connect_failed(Destination& destination, Job job, const ConnectFailure& failure);
    [[nodiscard]] static net::Task<void> say_goodbye(ConnectionPtr connection);

    // dispatcher_guard.cc
    void judge_failure(Destination& destination, Batch& batch, Settled settled);
    [[nodiscard]] Guard::Verdict ask_guard(Destination& destination, Attempt& attempt,
                                           std::vector<std::uint32_t> recipients,
                                           const std::string& reason);
    void hold_suspects(Destination& destination, const std::string& reason);
    void hold_back(spool::MessageId id, const std::vector<std::uint32_t>& recipients);
    bool hold_if_nobody_goes_on(const Attempt& attempt);
    void hold_by_guard(const spool::Entry& entry);
    void hold(const spool::Entry& entry, spool::Hold how, const std::string& why);

    // dispatcher_results.cc, dispatcher_settle.cc
    void take_answers(Destination& destination, Batch& batch);
    void take_answer(Destination& destination, Batch& batch, const JobRecipient& recipient,
                     const session::Answer& answer);
    void finish_job(Destination& destination, Batch& batch);
    void tell_legs(const Batch& batch);
    void tell_later(std::move_only_function<void()> tell);
    [[nodiscard]] net::Task<void> tell_when_due();
    void tell_first();
    void conversation_failed(Destination& destination, const Batch& batch);
    // Each of its recipients waits like that.
    void settle_waiting(const Job& job, Settled how);
    void group_over(const AttemptPtr& attempt);
    void finish(const AttemptPtr& attempt);
    void begin_report(AttemptPtr attempt);
    void report_next();
    [[nodiscard]] net::Task<void> report_and_conclude(AttemptPtr attempt);
    [[nodiscard]] net::Task<void> report_all(AttemptPtr attempt);
    [[nodiscard]] bool expire_if_due(Attempt& attempt, std::int64_t now);
    void remember_notice(spool::MessageId id);
    void forget_finished(spool::MessageId id);
    [[nodiscard]] bool notice_due(const Attempt& attempt, std::int64_t now) const;
    void conclude(const AttemptPtr& attempt);
    void plan(const Attempt& attempt, const spool::Entry& entry, std::int64_t next_attempt,
              bool only_listed);
    [[nodiscard]] std::int64_t next_milestone(std::int64_t arrival, bool null_sender,
                                              bool noticed, std::int64_t now) const;

    net::Loop& loop_;
    spool::Queue& queue_;
    spool::Reader& reader_;
    spool::Writer& writer_;
    MessageSource source_;
    Facts& facts_;
    const tap::QueueWitness* witness_;
    // To the witness: when each is due, and what it is.
    std::deque<std::pair<base::SteadyTime, std::move_only_function<void()>>> untold_;
    bool telling_ = false; // somebody waits for the first of them
    Options options_;
    std::unique_ptr<smtp::Srs> srs_;
    std::unique_ptr<Router> router_;
    Connector connector_;
    Reporter reporter_;
    Forwarder forwarder_;

    Timetable timetable_;
    std::unordered_map<spool::MessageId, AttemptPtr> active_;
    std::unordered_map<std::string, std::unique_ptr<Destination>> destinations_;
    std::deque<Destination*> waiting_for_slot_;
    std::vector<Destination*> stirred_; // have something to do; pumped once for all
    // When senders were last told of a delay; only for several notices.  The queue knows
    // that they were told, but not when: who is not in here was told before `known_since_`.
    std::unordered_map<spool::MessageId, std::int64_t> noticed_;
    std::int64_t known_since_ = 0; // all notices since then are in noticed_
    std::unordered_set<spool::MessageId> replays_told_; // to the witness, while they wait
    std::unordered_set<session::SmtpClient*> talking_;  // to be broken off at the last
    std::uint32_t open_ = 0;                            // connections of all destinations
    std::size_t couriers_ = 0;
    std::list<AttemptPtr> connecting_; // one for each courier that does
    std::size_t finishing_ = 0;        // reports and expansions under way
    std::size_t reporting_ = 0;        // reports under way ...
    std::deque<AttemptPtr> to_report_; // ... and those that wait for one to be over
    std::uint64_t facts_version_ = 0;
    std::int64_t reroute_at_ = 0; // not earlier
    bool taking_due_ = false;     // more is due than one round took
    bool stopping_ = false;
    std::int64_t stop_at_ = 0;
    std::function<void()> stopped_;
};

} // namespace delivery
