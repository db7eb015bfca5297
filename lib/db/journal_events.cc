// SPDX-License-Identifier: Apache-2.0
// What becomes of messages, and what never became one: results, refusals, logins.
#include "db/journal.h"
#include "db/journal_bind.h"

#include <algorithm>

namespace db {

std::string JournalBatch::text_of(std::int64_t label)
{
    Statement look = database_.lend("SELECT text FROM labels WHERE id = ?1");
    look.bind(1, label);
    return look.step() ? std::string(look.text(0)) : std::string();
}

bool JournalBatch::file(JournalResult result,
                        const std::function<void(JournalResult&)>& ask)
{
    const std::optional<Place> place = find(result.id);
    if (!place && ask)
        ask(result);
    else if (place && !journal_.policies_.tenants.empty())
        result.tenant = text_of(place->tenant);
    apply(journal_.policies_.of(result.tenant), result);
    return put_result(place ? place->key : place_of(result), result);
}

// A place for a message of which we know no more than that.  Where it would stand, so that
// it goes when it would: it may have been filed and be gone.
JournalKey JournalBatch::place_of(const JournalResult& result)
{
    const JournalKey key =
        free_key("messages", result.arrival > 0 ? result.arrival : result.time);
    Statement put = database_.lend(
        "INSERT INTO messages (key, id, kind, known, origin, tenant, size, recipients)"
        " VALUES (?1, ?2, 0, 0, 0, ?3, 0, 0)");
    put.bind(1, key).bind(2, static_cast<std::int64_t>(result.id.value()));
    bind_number(put, 3,
                journal_.names_.label(result.tenant, result.time / day_microseconds));
    put.run();
    return key;
}

namespace {

// Whatever is told counts more.
bool is_open(std::int64_t result)
{
    return result == static_cast<std::int64_t>(Outcome::waiting) ||
           result == static_cast<std::int64_t>(Outcome::unknown);
}

} // namespace

std::optional<JournalBatch::Row> JournalBatch::row_of(JournalKey key, std::int64_t address)
{
    Statement look = database_.lend("SELECT first, last, result FROM recipients"
                                    " WHERE message = ?1 AND address = ?2");
    look.bind(1, key).bind(2, address);
    if (!look.step())
        return std::nullopt;
    return Row{address, look.number(0), look.number(1), look.number(2)};
}

std::optional<JournalBatch::Row> JournalBatch::rewritten_row(JournalKey key,
                                                             std::int64_t original)
{
    Statement look = database_.lend("SELECT address, first, last, result FROM recipients"
                                    " WHERE original = ?2 AND message = ?1");
    look.bind(1, key).bind(2, original);
    if (!look.step())
        return std::nullopt;
    return Row{look.number(0), look.number(1), look.number(2), look.number(3)};
}

// False: the new address has a row of its own already.
bool JournalBatch::rewrite(JournalKey key, std::int64_t from, FiledAddress to)
{
    return database_
               .lend("UPDATE OR IGNORE recipients SET address = ?3, domain = ?4,"
                     " original = ?2 WHERE message = ?1 AND address = ?2")
               .bind(1, key)
               .bind(2, from)
               .bind(3, to.id)
               .bind(4, to.domain)
               .run() > 0;
}

// One recipient is one row, by whichever of its addresses it is told of.
std::optional<JournalBatch::Row> JournalBatch::row_of(JournalKey key,
                                                      const JournalResult& result)
{
    JournalNames& names = journal_.names_;
    if (result.address.empty())
        return std::nullopt;
    const bool rewritten = !result.original.empty() && result.original != result.address;
    const auto said = names.known_address(rewritten ? result.original : result.address);
    if (said && !rewritten)
        if (const auto row = row_of(key, said->id))
            return row;
    if (said)
        if (const auto row = rewritten_row(key, said->id))
            return row;
    if (said && rewritten)
        if (auto row = row_of(key, said->id)) {
            const FiledAddress address = *names.address(result.address);
            if (rewrite(key, said->id, address))
                row->address = address.id;
            return row;
        }
    put_recipient(key, {result.address, result.original});
    return row_of(key, names.address(result.address)->id);
}

namespace {

bool was_attempt(Outcome outcome)
{
    return outcome == Outcome::waiting || outcome == Outcome::delivered ||
           outcome == Outcome::failed;
}

bool is_newer(const JournalResult& result, std::int64_t last, std::int64_t filed)
{
    if (result.fallback)
        return is_open(filed);
    if (result.time != last)
        return result.time > last;
    return is_open(filed) && result.outcome != Outcome::waiting;
}

} // namespace

bool JournalBatch::put_result(JournalKey key, const JournalResult& result)
{
    const std::optional<Row> filed = row_of(key, result);
    if (!filed)
        return false;
    const bool earliest = filed->last == 0 || result.time < filed->first;
    if (!is_newer(result, filed->last, filed->result)) {
        if (!earliest || result.fallback)
            return false;
        database_
            .lend("UPDATE recipients SET first = ?3 WHERE message = ?1 AND address = ?2")
            .bind(1, key)
            .bind(2, filed->address)
            .bind(3, result.time)
            .run();
        return true;
    }
    const std::int64_t day = std::max(result.time, time_of(key)) / day_microseconds;
    Statement put = database_.lend(
        "UPDATE recipients SET result = ?3, relay = ?4, tls = ?5, first = ?6, last = ?7,"
        " attempts = CASE WHEN ?8 > 0 THEN ?8 ELSE attempts + ?11 END, enhanced = ?9,"
        " reply = ?10 WHERE message = ?1 AND address = ?2");
    put.bind(1, key).bind(2, filed->address);
    put.bind(3, static_cast<std::int64_t>(result.outcome));
    bind_number(put, 4, journal_.names_.label(result.relay, day));
    bind_number(put, 5, journal_.names_.label(result.tls, day));
    put.bind(6, earliest ? result.time : filed->first).bind(7, result.time);
    put.bind(8, static_cast<std::int64_t>(result.attempts));
    bind_text(put, 9, result.enhanced);
    bind_text(put, 10, result.reply);
    put.bind(11, std::int64_t{was_attempt(result.outcome)});
    put.run();
    return true;
}

bool JournalBatch::waits(spool::MessageId id)
{
    Statement look =
        database_.lend("SELECT 1 FROM messages m JOIN recipients r ON r.message = m.key"
                       " WHERE m.id = ?1 AND r.result IN (0, 7) LIMIT 1");
    look.bind(1, static_cast<std::int64_t>(id.value()));
    return look.step();
}

void JournalBatch::give_up(JournalKey message)
{
    database_.lend("UPDATE recipients SET result = ?2 WHERE message = ?1 AND result = 0")
        .bind(1, message)
        .bind(2, static_cast<std::int64_t>(Outcome::unknown))
        .run();
}

bool JournalBatch::file(const JournalLoss& loss)
{
    const auto program = journal_.names_.label(loss.program, loss.time / day_microseconds);
    Statement look = database_.lend("SELECT 1 FROM losses WHERE key >= ?1 AND key < ?2"
                                    " AND program IS ?3 AND events = ?4");
    look.bind(1, first_key(loss.time)).bind(2, first_key(loss.time + 1));
    bind_number(look, 3, program);
    look.bind(4, static_cast<std::int64_t>(loss.events));
    if (look.step())
        return false;
    Statement put =
        database_.lend("INSERT INTO losses (key, program, events) VALUES (?1, ?2, ?3)");
    put.bind(1, free_key("losses", loss.time));
    bind_number(put, 2, program);
    put.bind(3, static_cast<std::int64_t>(loss.events)).run();
    return true;
}

// One that is not filed yet has its rows later: the queue's results tell it then.
bool JournalBatch::file(const JournalDeletion& deletion)
{
    const std::optional<Place> place = find(deletion.id);
    if (!place)
        return false;
    return database_
               .lend("UPDATE recipients SET result = ?3, first = coalesce(first, ?2),"
                     " last = ?2 WHERE message = ?1 AND result = 0")
               .bind(1, place->key)
               .bind(2, deletion.time)
               .bind(3, static_cast<std::int64_t>(Outcome::deleted))
               .run() > 0;
}

// The same words at the same microsecond are the same event.
bool JournalBatch::has_refusal(const JournalRefusal& refusal)
{
    Statement look = database_.lend(
        "SELECT 1 FROM messages m JOIN refusals f ON f.message = m.key"
        " LEFT JOIN clients c ON c.id = m.client"
        " LEFT JOIN addresses s ON s.id = m.sender"
        " LEFT JOIN recipients r ON r.message = m.key"
        " LEFT JOIN addresses a ON a.id = r.address"
        " WHERE m.key >= ?1 AND m.key < ?2 AND f.code = ?3 AND coalesce(f.reply, '') = ?4"
        " AND coalesce(c.address, '') = ?5 AND coalesce(s.address, '') = ?6"
        " AND coalesce(a.address, '') = ?7");
    look.bind(1, first_key(refusal.time)).bind(2, first_key(refusal.time + 1));
    look.bind(3, static_cast<std::int64_t>(refusal.code)).bind(4, refusal.reply);
    look.bind(5, refusal.peer.client).bind(6, refusal.sender).bind(7, refusal.recipient);
    return look.step();
}

bool JournalBatch::file(JournalRefusal refusal)
{
    apply(journal_.policies_.of(refusal.peer.tenant), refusal);
    if (has_refusal(refusal))
        return false;
    JournalMessage attempt;
    attempt.time = refusal.time;
    attempt.peer = refusal.peer;
    attempt.sender = refusal.sender;
    attempt.header_from = refusal.sender;
    attempt.size = refusal.size;
    if (!refusal.recipient.empty())
        attempt.recipients.push_back({refusal.recipient, {}});
    const JournalKey key = free_key("messages", refusal.time);
    put_message(key, attempt, 1);
    if (!refusal.recipient.empty()) {
        put_recipient(key, attempt.recipients.front());
        database_.lend("UPDATE recipients SET result = 6 WHERE message = ?1")
            .bind(1, key)
            .run();
    }
    Statement put =
        database_.lend("INSERT INTO refusals (message, code, reason, enhanced, reply)"
                       " VALUES (?1, ?2, ?3, ?4, ?5)");
    put.bind(1, key).bind(2, static_cast<std::int64_t>(refusal.code));
    bind_number(put, 3,
                journal_.names_.label(refusal.reason, refusal.time / day_microseconds));
    bind_text(put, 4, refusal.enhanced);
    bind_text(put, 5, refusal.reply);
    put.run();
    return true;
}

bool JournalBatch::has_login(const JournalLogin& login)
{
    Statement look = database_.lend(
        "SELECT 1 FROM logins g LEFT JOIN clients c ON c.id = g.client"
        " LEFT JOIN accounts u ON u.id = g.account LEFT JOIN labels v ON v.id = g.service"
        " WHERE g.key >= ?1 AND g.key < ?2 AND g.result = ?3"
        " AND coalesce(c.address, '') = ?4 AND coalesce(u.name, '') = ?5"
        " AND coalesce(v.text, '') = ?6");
    look.bind(1, first_key(login.time)).bind(2, first_key(login.time + 1));
    look.bind(3, static_cast<std::int64_t>(login.outcome)).bind(4, login.peer.client);
    look.bind(5, login.peer.login).bind(6, login.service);
    return look.step();
}

bool JournalBatch::file(JournalLogin login)
{
    apply(journal_.policies_.of(login.peer.tenant), login);
    if (has_login(login))
        return false;
    JournalNames& names = journal_.names_;
    const std::int64_t day = login.time / day_microseconds;
    const JournalKey key = free_key("logins", login.time);
    Statement put = database_.lend(
        "INSERT INTO logins (key, service, listener, tenant, client, account, result,"
        " reason, mechanism, backend, tls)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
    put.bind(1, key);
    bind_number(put, 2, names.label(login.service, day));
    bind_number(put, 3, names.label(login.peer.listener, day));
    bind_number(put, 4, names.label(login.peer.tenant, day));
    bind_number(put, 5, names.client(login.peer.client, login.peer.client_name));
    bind_number(put, 6, names.account(login.peer.login));
    put.bind(7, static_cast<std::int64_t>(login.outcome));
    bind_number(put, 8, names.label(login.reason, day));
    bind_number(put, 9, names.label(login.mechanism, day));
    bind_number(put, 10, names.label(login.backend, day));
    bind_number(put, 11, names.label(login.peer.tls, day));
    put.run();
    return true;
}

} // namespace db
