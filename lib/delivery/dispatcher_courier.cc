// SPDX-License-Identifier: Apache-2.0
// delivery/dispatcher_courier.cc - a courier has one connection (a slot of the limits) and
// carries one job after the other; when there is none left the connection rests in the
// destination's list of idle ones.
#include "base/clock.h"
#include "base/log.h"
#include "delivery/batch.h"
#include "delivery/dispatcher.h"
#include "delivery/result_line.h"

#include <algorithm>
#include <utility>

namespace delivery {

namespace {

constexpr std::uint32_t most_tries = 3; // failed connections before a job is put off

bool fits(const Connection& connection, const Job& job)
{
    return connection.client_info != session::ClientInfo::proxy ||
           connection.named == job.attempt->envelope().client;
}

void log_deferred(const Job& job, const std::string& relay, const std::string& why)
{
    if (!base::logs(base::Level::notice, "deferred"))
        return;
    std::vector<ResultLine> lines;
    for (const JobRecipient& one : job.recipients)
        add_to_line(lines, session::Answer::Kind::deferred, why, one.address,
                    job.attempt->envelope().recipients[one.index].address);
    for (const ResultLine& line : lines)
        base::log(base::Level::notice, "deferred", job.attempt->id.text(),
                  {{"to", line.to},
                   {"original", line.original},
                   {"from", job.attempt->envelope().sender},
                   {"recipients", line.count},
                   {"relay", relay},
                   {"reason", why}});
}

} // namespace

// RFC 9422: the server may have said how many it wants.
std::uint32_t Dispatcher::most_messages(const Connection& connection) const
{
    const std::uint32_t servers = connection.client->capabilities().mail_max;
    return servers == 0 ? options_.messages_per_connection
                        : std::min(servers, options_.messages_per_connection);
}

bool Dispatcher::evict_idle()
{
    Destination* best = nullptr;
    for (const auto& [key, one] : destinations_)
        if (!one->idle.empty() && (best == nullptr || one->idle.front()->idle_since <
                                                          best->idle.front()->idle_since))
            best = one.get();
    if (best == nullptr)
        return false;
    ConnectionPtr connection = std::move(best->idle.front());
    best->idle.erase(best->idle.begin());
    drop(*best, connection, true);
    --best->open;
    --open_;
    return true;
}

// A slot for one more connection; without one the destination gets its turn later.
bool Dispatcher::take_slot(Destination& at)
{
    if (open_ >= options_.connections && !evict_idle()) {
        if (!at.wants_slot)
            waiting_for_slot_.push_back(&at);
        at.wants_slot = true;
        return false;
    }
    ++at.open;
    ++open_;
    return true;
}

void Dispatcher::give_slot(Destination& at)
{
    --at.open;
    --open_;
    if (waiting_for_slot_.empty())
        return;
    Destination* next = waiting_for_slot_.front();
    waiting_for_slot_.pop_front();
    next->wants_slot = false;
    stir(*next);
}

// The one used last: the others may then grow old and be closed.
ConnectionPtr Dispatcher::take_idle(Destination& at, const Job& job)
{
    for (std::size_t i = at.idle.size(); i > 0; --i) {
        if (!fits(*at.idle[i - 1], job))
            continue;
        ConnectionPtr connection = std::move(at.idle[i - 1]);
        at.idle.erase(at.idle.begin() + static_cast<std::ptrdiff_t>(i - 1));
        if (connection->client->usable())
            return connection;
        drop(at, connection, false);
        give_slot(at);
    }
    return nullptr;
}

void Dispatcher::drop(Destination& at, ConnectionPtr& connection, bool politely)
{
    --at.working;
    if (politely)
        loop_.spawn("-", say_goodbye(std::move(connection)));
    connection.reset();
}

net::Task<void> Dispatcher::say_goodbye(ConnectionPtr connection)
{
    co_await connection->client->quit();
}

void Dispatcher::start_courier(Destination& at, Job job, ConnectionPtr connection)
{
    ++couriers_;
    std::string id = job.attempt->id.text();
    loop_.spawn(std::move(id), courier(at, std::move(job), std::move(connection)));
}

// Whatever goes wrong with a message, the slot is given back.
net::Task<void> Dispatcher::courier(Destination& at, Job job, ConnectionPtr connection)
{
    const std::string id = job.attempt->id.text();
    std::string trouble;
    try {
        co_await carry_on(at, std::move(job), connection);
    } catch (const std::exception& failure) {
        trouble = failure.what();
    }
    if (!trouble.empty()) {
        base::log(base::Level::error, "queue-trouble", id, {{"error", trouble}});
        if (connection != nullptr) {
            talking_.erase(connection->client.get());
            drop(at, connection, false);
        }
    }
    if (connection != nullptr && (stopping_ || options_.idle_connection == 0))
        drop(at, connection, true);
    if (connection != nullptr) {
        connection->idle_since = base::wall_seconds();
        at.idle.push_back(std::move(connection));
    } else {
        give_slot(at);
    }
    --couriers_;
    stir(at);
    check_stopped();
}

net::Task<void> Dispatcher::carry_on(Destination& at, Job job, ConnectionPtr& connection)
{
    std::optional<Job> next(std::move(job));
    while (next) {
        const spool::MessageId id = next->attempt->id;
        std::string trouble;
        try {
            co_await carry(at, std::move(*next), connection);
        } catch (const std::exception& failure) {
            trouble = failure.what();
        }
        next.reset();
        if (!trouble.empty()) {
            put_off(id, Due::attempt, trouble);
            throw base::Failure(base::Remedy::try_later, trouble);
        }
        next = take_next(at, connection);
    }
}

std::optional<Job> Dispatcher::take_next(Destination& at, ConnectionPtr& connection)
{
    if (stopping_)
        return std::nullopt;
    if (at.ready.size() < Destination::refill_below && !at.parked.empty())
        unpark(at);
    if (connection == nullptr && at.open > at.health.allowed(base::wall_seconds()))
        return std::nullopt;
    // Others wait for a connection to somewhere else: this one has had its turn.
    if (connection == nullptr && !waiting_for_slot_.empty())
        return std::nullopt;
    if (!at.ready.empty() && connection != nullptr && !fits(*connection, at.ready.front()))
        drop(at, connection, true);
    return at.take_ready();
}

// False: no connection; what becomes of the job is settled.  When we are stopping, stop()
// has done so for who was waiting here.
net::Task<bool> Dispatcher::ensure_connection(Destination& at, Job& job,
                                              ConnectionPtr& connection)
{
    if (connection != nullptr)
        co_return true;
    if (stopping_) {
        group_over(job.attempt);
        co_return false;
    }
    const auto place = connecting_.insert(connecting_.end(), job.attempt);
    ConnectResult result = std::unexpected(ConnectFailure{});
    try {
        result = co_await connector_.connect(job.next, job.attempt->envelope().client,
                                             job.attempt->id.text());
    } catch (const std::exception& error) {
        result.error().why = error.what();
    }
    connecting_.erase(place);
    if (stopping_)
        co_return false;
    if (!result) {
        connect_failed(at, std::move(job), result.error());
        co_return false;
    }
    connection = std::move(*result);
    ++at.working;
    co_return true;
}

// An idle connection that turns out closed at the first word says nothing about the server
// or the message: once more, on a new one.
net::Task<void> Dispatcher::carry(Destination& at, Job job, ConnectionPtr& connection)
{
    for (;;) {
        const bool connected = co_await ensure_connection(at, job, connection);
        if (!connected)
            co_return;
        talking_.insert(connection->client.get());
        const bool offered = co_await deliver(at, job, *connection);
        talking_.erase(connection->client.get());
        if (offered)
            break;
        drop(at, connection, false);
    }
    ++connection->messages;
    if (!connection->client->sound())
        drop(at, connection, false);
    else if (connection->messages >= most_messages(*connection))
        drop(at, connection, true);
}

void Dispatcher::connect_failed(Destination& at, Job job, const ConnectFailure& failure)
{
    const std::int64_t now = base::wall_seconds();
    std::vector<std::uint32_t> indexes;
    for (const JobRecipient& one : job.recipients)
        indexes.push_back(one.index);
    if (failure.permanent && job.next->hold_5xx) {
        const Guard::Verdict verdict = ask_guard(at, *job.attempt, indexes, failure.why);
        if (verdict != Guard::Verdict::believe) {
            log_deferred(job, at.key, failure.why);
            tell_untold(*job.attempt, indexes, li::Status::unknown, failure.why,
                        failure.status);
            Settled how = still_waits(failure.why, failure.status);
            how.suspect = verdict == Guard::Verdict::suspect;
            settle_waiting(job, std::move(how));
            return group_over(job.attempt);
        }
    }
    if (failure.permanent) {
        fail_all(job.attempt, indexes, failure.why, failure.status);
        return group_over(job.attempt);
    }
    const bool was_dead = at.health.dead();
    if (!failure.ours)
        at.health.failed(now, failure.why, at.working);
    if (!at.health.dead() && ++job.tries < most_tries) {
        at.ready.push_front(std::move(job));
        return;
    }
    log_deferred(job, at.key, failure.why);
    tell_untold(*job.attempt, indexes, li::Status::unknown, failure.why, failure.status);
    if (at.health.dead() && !was_dead)
        base::log(base::Level::warning, "destination-dead", "-",
                  {{"destination", at.key},
                   {"reason", failure.why},
                   {"probe", at.health.probe_at() - now}});
    if (at.health.dead()) // it waits as those do that nobody tries
        at.parked.add(job.attempt->id, job.attempt->envelope().recipients.size() > 1);
    Settled how = still_waits(failure.why, failure.status);
    how.listed = at.health.dead();
    settle_waiting(job, std::move(how));
    group_over(job.attempt);
    if (at.health.dead())
        park_all(at);
}

bool Dispatcher::open_message(Attempt& attempt)
{
    if (attempt.message.file != nullptr || source_.open_known(attempt))
        return true;
    auto message = source_.open(attempt);
    if (!message) {
        unreadable(attempt.id, message.error());
        return false;
    }
    attempt.message.file = std::move(message->file);
    attempt.message.offset = message->offset;
    attempt.message.size = message->size;
    return true;
}

// False: the connection was closed before anything was said on it; nothing is settled.
net::Task<bool> Dispatcher::deliver(Destination& at, Job& job, Connection& connection)
{
    // An operator may have held or deleted it while it stood in the list.
    const spool::Entry* entry = queue_.find(job.attempt->id);
    if (entry == nullptr || entry->held() || job.attempt->withdrawn) {
        group_over(job.attempt);
        co_return true;
    }
    const Busy busy(job.attempt);
    Batch batch(job, connection, at.key);
    std::string trouble;
    try {
        if (!open_message(*job.attempt)) {
            group_over(job.attempt);
            co_return true;
        }
        batch.started = base::Steady::now();
        while (!batch.pending.empty() && !batch.trouble) {
            session::OutgoingMail mail =
                batch.next_transaction(options_.recipients_per_transaction,
                                       connection.client->capabilities().rcpt_max);
            session::TransactionResult result =
                co_await connection.client->send(std::move(mail));
            if (result.untouched && connection.messages > 0 && batch.first())
                co_return false;
            batch.take(std::move(result));
        }
    } catch (const base::Failure& failure) {
        trouble = failure.what();
    }
    if (!trouble.empty()) {
        settle_waiting(job, still_waits(trouble, {4, 3, 0}));
        group_over(job.attempt);
        co_return true;
    }
    finish_job(at, batch);
    co_return true;
}

} // namespace delivery
