// SPDX-License-Identifier: Apache-2.0
// delivery/dispatcher.cc - start, log, timetable, clock tick, stop; see dispatcher.h.
#include "delivery/dispatcher.h"

#include "base/clock.h"
#include "base/log.h"
#include "delivery/marks.h"
#include "seal/digest.h"

#include <algorithm>
#include <utility>

namespace delivery {

namespace {

constexpr std::size_t log_batch = 512;
constexpr std::size_t due_batch = 2000;    // looked at before others get their turn
constexpr std::int64_t trouble_pause = 60; // seconds
constexpr std::int64_t reroute_pause = 10; // between two changes of the tables that count

// With more recipients and a time of its own, some are to be tried elsewhere.
bool waits_nowhere_else(const spool::Entry& entry)
{
    return entry.recipients() == 1 || entry.waits_for_destination();
}

} // namespace

struct Dispatcher::Fresh {
    spool::MessageId id;
    std::optional<spool::Message> message; // nothing: no room now, read it again later
};

Dispatcher::Dispatcher(Parts parts, Options options)
    : loop_(parts.loop), queue_(parts.queue), reader_(parts.reader), writer_(parts.writer),
      source_(queue_, reader_), facts_(parts.facts), witness_(parts.witness),
      options_(std::move(options)), srs_(make_srs()),
      router_(std::make_unique<Router>(facts_, options_.route, srs_.get())),
      connector_(loop_, parts.resolver, options_.connect),
      reporter_(loop_, writer_, source_, options_.report),
      forwarder_(loop_, writer_, source_, facts_, srs_.get())
{
    reporter_.watched_by(witness_);
    forwarder_.watched_by(witness_);
    forwarder_.set_uidl(options_.report.uidl);
}

Dispatcher::~Dispatcher() = default;

std::unique_ptr<smtp::Srs> Dispatcher::make_srs() const
{
    if (options_.srs_domain.empty() || options_.srs_secrets.empty())
        return nullptr;
    return std::make_unique<smtp::Srs>(options_.srs_domain, options_.srs_secrets,
                                       &seal::hmac_sha256);
}

void Dispatcher::reconfigure(Options options)
{
    if (options.schedule.notices != options_.schedule.notices) {
        known_since_ = base::wall_seconds();
        noticed_.clear();
    }
    options_ = std::move(options);
    std::unique_ptr<smtp::Srs> old = std::exchange(srs_, make_srs());
    router_ = std::make_unique<Router>(facts_, options_.route, srs_.get());
    forwarder_.set_srs(srs_.get());
    forwarder_.set_uidl(options_.report.uidl);
    connector_.set_options(options_.connect);
    reporter_.set_options(options_.report);
    for (const auto& [key, one] : destinations_) {
        one->health.set_limits(options_.health);
        one->health.probe_now(base::wall_seconds());
        one->guard.set_failures(options_.guard_failures);
    }
    reroute_waiting();
}

void Dispatcher::start()
{
    known_since_ = base::wall_seconds();
    queue_.for_each([this](const spool::Entry& entry) {
        if (!entry.held())
            timetable_.add(entry.next_attempt(), entry.id(), Due::attempt);
    });
    poll_log();
    take_due(base::wall_seconds());
}

// The envelopes are copied because the queue must not change while it reports.
void Dispatcher::poll_log()
{
    if (stopping_)
        return;
    std::vector<Fresh> came;
    const auto fresh = [&](const spool::Entry& entry, const spool::Found& found) {
        const bool fits = active_.size() + came.size() < options_.active;
        came.push_back({entry.id(), std::nullopt});
        if (fits)
            came.back().message =
                spool::Message{found.envelope, nullptr, found.offset, found.size};
    };
    std::size_t read = 0;
    try {
        read = queue_.poll_log(log_batch, fresh);
    } catch (const base::Failure& failure) { // the next tick looks again
        base::log(base::Level::error, "queue-trouble", "-", {{"error", failure.what()}});
    }
    {
        const spool::Queue::Together together(queue_);
        const std::int64_t now = base::wall_seconds();
        for (Fresh& one : came) {
            const spool::Entry* entry = queue_.find(one.id);
            if (entry == nullptr || entry->held())
                continue;
            if (one.message && entry->next_attempt() <= now)
                careful(one.id, Due::attempt,
                        [&] { activate(*entry, std::move(*one.message)); });
            else
                timetable_.add(std::max(entry->next_attempt(), now), one.id, Due::attempt);
        }
    }
    if (read == log_batch)
        post([this] { poll_log(); });
}

// Nobody else catches what leaves posted work.
void Dispatcher::post(std::function<void()> work)
{
    loop_.post([work = std::move(work)] {
        try {
            work();
        } catch (const std::exception& failure) {
            base::log(base::Level::error, "queue-trouble", "-",
                      {{"error", failure.what()}});
        }
    });
}

// Out of the timetable or a list, and not yet in another: it must not be forgotten.
void Dispatcher::put_off(spool::MessageId id, Due due, std::string_view why)
{
    if (const auto active = active_.find(id); active != active_.end()) {
        if (active->second.use_count() == 1) // nobody else has it
            active_.erase(active);
        else
            active->second->broken = true;
    }
    timetable_.add(base::wall_seconds() + trouble_pause, id, due);
    base::log(base::Level::error, "attempt-put-off", id.text(), {{"reason", why}});
}

void Dispatcher::tick()
{
    const std::int64_t now = base::wall_seconds();
    if (stopping_) {
        if (now >= stop_at_)
            for (session::SmtpClient* client : talking_)
                client->abort();
        check_stopped();
        return;
    }
    if (const std::uint64_t version = facts_.version();
        version != facts_version_ && now >= reroute_at_) {
        const bool first = std::exchange(facts_version_, version) == 0;
        reroute_at_ = first ? now : now + reroute_pause;
        if (!first)
            reroute_waiting();
    }
    take_due(now);
    // What is taken out of a list may be routed to a destination that is new.
    std::vector<Destination*> known;
    known.reserve(destinations_.size());
    for (const auto& [key, one] : destinations_)
        known.push_back(one.get());
    for (Destination* one : known)
        tend(*one, now);
    forget_destinations(now);
    queue_.tidy(writer_);
    reader_.forget_deleted();
}

void Dispatcher::take_due(std::int64_t now)
{
    if (stopping_)
        return;
    std::size_t taken = 0;
    {
        const spool::Queue::Together together(queue_);
        for (; taken < due_batch && room(); ++taken) {
            const auto item = timetable_.take(now);
            if (!item)
                break;
            careful(item->id, item->due, [&] { due(*item, now); });
        }
    }
    if (taken < due_batch || taking_due_)
        return;
    taking_due_ = true;
    post([this] {
        taking_due_ = false;
        take_due(base::wall_seconds());
    });
}

void Dispatcher::due(Timetable::Item item, std::int64_t now)
{
    const spool::Entry* entry = queue_.find(item.id);
    if (entry == nullptr || entry->held() || is_taken(item, now))
        return;
    if (item.due == Due::milestone)
        return milestone(*entry);
    if (item.due == Due::rerouting)
        return activate(*entry, true);
    if (entry->next_attempt() > now)
        return; // put off since: it stands in the timetable once more
    Destination* known = find_destination(queue_.text(entry->destination()));
    if (known != nullptr && known->must_park(now) && waits_nowhere_else(*entry) &&
        !entry->requeued() && !entry->expire_requested())
        return wait_parked(*known, *entry, now);
    activate(*entry);
}

// Somebody has it in hand; then its time must not be forgotten.
bool Dispatcher::is_taken(Timetable::Item item, std::int64_t now)
{
    const auto active = active_.find(item.id);
    if (active == active_.end())
        return false;
    Attempt& attempt = *active->second;
    if (attempt.broken && active->second.use_count() == 1) {
        active_.erase(active);
        return false;
    }
    if (attempt.broken)
        timetable_.add(now + trouble_pause, item.id, item.due);
    else if (item.due == Due::milestone)
        attempt.rerouted = false; // that was its place in the timetable
    else
        attempt.due_again = true;
    return true;
}

// Without reading anything: this is what a million messages for a dead host cost.
void Dispatcher::wait_parked(Destination& destination, const spool::Entry& entry,
                             std::int64_t now)
{
    destination.parked.add(entry.id(), entry.recipients() > 1);
    // Whether the sender is null stands in the envelope: take the earlier of both.
    const bool noticed = entry.delay_noticed();
    timetable_.add(std::min(next_milestone(entry.arrival(), true, noticed, now),
                            next_milestone(entry.arrival(), false, noticed, now)),
                   entry.id(), Due::milestone);
}

// It waits for its destination: what is due is a notice or its end, not an attempt.
void Dispatcher::milestone(const spool::Entry& entry)
{
    auto envelope = reader_.envelope(entry.where());
    if (!envelope)
        return unreadable(entry.id(), envelope.error());
    const AttemptPtr attempt = admit(entry, {std::move(*envelope), nullptr, 0, 0});
    attempt->destination = queue_.text(entry.destination());
    for (const std::uint32_t i : to_try(queue_, entry)) {
        Settled settled;
        settled.recipient = i;
        settled.reason = without_marks(queue_.text(entry.reason(i)));
        settled.status = {4, 4, 1};
        settled.tried = false;
        settled.listed = true;
        settled.quiet = true;
        attempt->settled.push_back(std::move(settled));
    }
    attempt->next_attempt = entry.next_attempt();
    finish(attempt);
}

void Dispatcher::tend(Destination& destination, std::int64_t now)
{
    close_idle(destination, now, false);
    if (!destination.parked.empty())
        unpark(destination);
    if (!destination.ready.empty())
        stir(destination);
}

void Dispatcher::close_idle(Destination& destination, std::int64_t now, bool all)
{
    std::vector<ConnectionPtr>& idle = destination.idle;
    while (!idle.empty() &&
           (all || now - idle.front()->idle_since >= options_.idle_connection)) {
        ConnectionPtr connection = std::move(idle.front());
        idle.erase(idle.begin());
        drop(destination, connection, true);
        give_slot(destination);
    }
}

void Dispatcher::forget_destinations(std::int64_t now)
{
    std::erase_if(destinations_, [&](const auto& entry) {
        const Destination* one = entry.second.get();
        return one->forgettable(now) && !one->wants_slot &&
               std::find(stirred_.begin(), stirred_.end(), one) == stirred_.end();
    });
}

// The tables have changed: whoever waits for a dead host may have another way now, be it
// in that host's list or in the timetable.
void Dispatcher::reroute_waiting()
{
    const std::int64_t now = base::wall_seconds();
    std::unordered_set<spool::TextNumber> dead;
    std::vector<spool::MessageId> parked;
    for (const auto& [key, one] : destinations_) {
        if (!one->health.dead())
            continue;
        one->health.probe_now(now);
        dead.insert(queue_.number(key));
        const std::deque<spool::MessageId> some = one->parked.take_all();
        parked.insert(parked.end(), some.begin(), some.end());
    }
    dead.erase(0); // nobody has it in the queue
    for (const spool::MessageId id : parked) {
        const spool::Entry* entry = queue_.find(id);
        if (entry != nullptr && !dead.contains(entry->destination()))
            timetable_.add(now, id, Due::rerouting);
    }
    if (dead.empty())
        return;
    queue_.for_each([&](const spool::Entry& entry) {
        if (!entry.held() && dead.contains(entry.destination()))
            timetable_.add(now, entry.id(), Due::rerouting);
    });
}

std::vector<spool::MessageId> Dispatcher::all_active() const
{
    std::vector<spool::MessageId> out;
    out.reserve(active_.size());
    for (const auto& [id, attempt] : active_)
        out.push_back(id);
    return out;
}

// False: it is talked about or reported right now, or more is known of it than is noted.
bool Dispatcher::let_go(spool::MessageId id)
{
    const auto active = active_.find(id);
    if (active == active_.end())
        return true;
    Attempt& attempt = *active->second;
    const bool waits_only =
        std::all_of(attempt.settled.begin(), attempt.settled.end(), [](const Settled& one) {
            return one.state == spool::RecipientState::waiting;
        });
    if (attempt.busy > 0 || !waits_only)
        return false;
    attempt.withdrawn = true; // its jobs are over when their turn comes
    active_.erase(active);
    return true;
}

void Dispatcher::look_again(spool::MessageId id)
{
    const spool::Entry* entry = queue_.find(id);
    if (entry == nullptr || entry->held() || stopping_)
        return;
    const std::int64_t now = base::wall_seconds();
    if (Destination* known = find_destination(queue_.text(entry->destination())))
        known->health.probe_now(now);
    timetable_.add(std::min(entry->next_attempt(), now), id, Due::attempt);
    if (taking_due_)
        return;
    taking_due_ = true;
    post([this] {
        taking_due_ = false;
        take_due(base::wall_seconds());
    });
}

// The next tick lets one of those that wait for it go ahead.
void Dispatcher::probe(const Woken& woken)
{
    for (const auto& [key, one] : destinations_)
        if (one->health.dead() && leads_to(key, woken))
            one->health.probe_now(base::wall_seconds());
}

void Dispatcher::stop(std::function<void()> stopped)
{
    if (stopping_)
        return;
    stopping_ = true;
    stop_at_ = base::wall_seconds() + options_.drain;
    stopped_ = std::move(stopped);
    for (const auto& [key, one] : destinations_)
        close_idle(*one, 0, true);
    leave_alone();
    check_stopped();
}

// Those that nothing was said of yet stay as they are in the queue; what is already known
// of the other recipients of their messages is noted and reported.
void Dispatcher::leave_alone()
{
    std::vector<AttemptPtr> untouched(connecting_.begin(), connecting_.end());
    for (const auto& [key, one] : destinations_)
        for (const Job& job : std::exchange(one->ready, {}))
            untouched.push_back(job.attempt);
    const spool::Queue::Together together(queue_);
    for (const AttemptPtr& one : untouched)
        group_over(one);
}

void Dispatcher::check_stopped()
{
    if (!stopping_ || couriers_ > connecting_.size() || finishing_ > 0 || !stopped_)
        return;
    while (!untold_.empty())
        tell_first();
    const std::function<void()> stopped = std::exchange(stopped_, nullptr);
    stopped();
}

} // namespace delivery
