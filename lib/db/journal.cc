// SPDX-License-Identifier: Apache-2.0
#include "db/journal.h"

#include "db/journal_bind.h"
#include "db/journal_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace db {

// Large transactions touch pages all over the indexes: a large cache keeps the inner ones,
// and the log is copied back seldom, so that a page is copied once for many batches.
Journal::Journal(const std::string& path, JournalPolicies policies,
                 base::milliseconds patience)
    : database_(path, Access::scrub, patience), policies_(std::move(policies)),
      patience_(patience), names_(database_)
{
    require_journal_version(database_);
    database_.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                  " PRAGMA cache_size = -131072; PRAGMA wal_autocheckpoint = 65536");
}

std::uint64_t Journal::progress(std::string_view source) const
{
    Statement look = database_.lend("SELECT position FROM progress WHERE source = ?1");
    look.bind(1, source);
    return look.step() ? static_cast<std::uint64_t>(look.number(0)) : 0;
}

std::vector<JournalProgress> Journal::progress() const
{
    return read_progress(database_);
}

std::vector<Journal::Waiting> Journal::waiting(JournalKey after, std::size_t limit) const
{
    Statement rows = database_.lend(
        "SELECT DISTINCT r.message, m.id FROM recipients r CROSS JOIN messages m"
        " WHERE r.result <> 1 AND r.result = 0 AND r.message > ?1 AND m.key = r.message"
        " AND m.id IS NOT NULL ORDER BY r.message LIMIT ?2");
    rows.bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    std::vector<Waiting> all;
    while (rows.step())
        all.push_back(
            {rows.number(0), spool::MessageId(static_cast<std::uint64_t>(rows.number(1)))});
    return all;
}

// Numbers that we remember may belong to nobody any more.
void Journal::notice_deletions()
{
    const std::int64_t version = database_.number("PRAGMA data_version");
    if (version != version_)
        names_.forget();
    version_ = version;
}

JournalBatch::JournalBatch(Journal& journal)
    : journal_(journal), database_(journal.database_),
      ticket_(journal.database_.path(), journal.patience_), transaction_(journal.database_)
{
    journal_.notice_deletions();
}

JournalBatch::~JournalBatch()
{
    if (!committed_)
        journal_.names_.forget(); // some were made in this batch
}

void JournalBatch::commit()
{
    transaction_.commit();
    committed_ = true;
}

bool JournalBatch::advance(std::string_view source, std::uint64_t position)
{
    return database_
               .lend("INSERT INTO progress (source, position) VALUES (?1, ?2)"
                     " ON CONFLICT (source) DO UPDATE SET position = excluded.position"
                     " WHERE excluded.position > progress.position")
               .bind(1, source)
               .bind(2, static_cast<std::int64_t>(position))
               .run() > 0;
}

void JournalBatch::forget(std::string_view source)
{
    database_.lend("DELETE FROM progress WHERE source = ?1").bind(1, source).run();
}

std::optional<JournalBatch::Place> JournalBatch::find(spool::MessageId id)
{
    Statement look =
        database_.lend("SELECT key, known, tenant FROM messages WHERE id = ?1");
    look.bind(1, static_cast<std::int64_t>(id.value()));
    if (!look.step())
        return std::nullopt;
    return Place{look.number(0), look.number(1) != 0, look.number(2)};
}

JournalKey JournalBatch::free_key(std::string_view table, std::int64_t time)
{
    Statement look = database_.lend(
        fmt::format("SELECT max(key) FROM {} WHERE key >= ?1 AND key < ?2", table));
    // A thousand in one microsecond and more: somebody's clock stands still.
    for (;; ++time) {
        const JournalKey first = first_key(time);
        const JournalKey behind = first_key(time + 1);
        look.bind(1, first).bind(2, behind);
        const JournalKey last = look.step() ? look.number(0) : 0; // NULL is 0
        look.reset();
        if (last < first)
            return first;
        if (last + 1 < behind)
            return last + 1;
    }
}

bool JournalBatch::file(JournalMessage message)
{
    const std::optional<Place> place = find(message.id);
    if (place && place->known)
        return false;
    apply(journal_.policies_.of(message.peer.tenant), message);
    const JournalKey key = free_key("messages", message.time);
    if (place)
        move(place->key, key);
    put_message(key, message, 0);
    for (const JournalRecipient& recipient : message.recipients)
        if (!place || !is_rewritten(key, recipient))
            put_recipient(key, recipient);
    put_attachments(key, message);
    return true;
}

// Results were filed at the time of the first of them.
void JournalBatch::move(JournalKey from, JournalKey to)
{
    database_.lend("UPDATE recipients SET message = ?2 WHERE message = ?1")
        .bind(1, from)
        .bind(2, to)
        .run();
    database_.lend("DELETE FROM messages WHERE key = ?1").bind(1, from).run();
}

void JournalBatch::put_message(JournalKey key, const JournalMessage& message,
                               std::int64_t kind)
{
    JournalNames& names = journal_.names_;
    const std::int64_t day = message.time / day_microseconds;
    const JournalPeer& peer = message.peer;
    const auto sender = names.address(message.sender);
    Statement put = database_.lend(
        "INSERT INTO messages (key, id, kind, known, origin, parent, tenant, listener,"
        " protocol, tls, client, account, sender, sender_domain, size, recipients, helo,"
        " header_from, message_id, subject)"
        " VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
        " ?16, ?17, ?18, ?19)");
    put.bind(1, key).bind(3, kind).bind(4, static_cast<std::int64_t>(message.origin));
    if (kind == 0)
        put.bind(2, static_cast<std::int64_t>(message.id.value()));
    if (message.parent)
        put.bind(5, static_cast<std::int64_t>(message.parent->value()));
    bind_number(put, 6, names.label(peer.tenant, day));
    bind_number(put, 7, names.label(peer.listener, day));
    bind_number(put, 8, names.label(peer.protocol, day));
    bind_number(put, 9, names.label(peer.tls, day));
    bind_number(put, 10, names.client(peer.client, peer.client_name));
    bind_number(put, 11, names.account(peer.login));
    if (sender)
        put.bind(12, sender->id).bind(13, sender->domain);
    put.bind(14, static_cast<std::int64_t>(message.size))
        .bind(15, static_cast<std::int64_t>(message.recipients.size()));
    bind_text(put, 16, peer.helo);
    if (message.header_from != message.sender)
        bind_text(put, 17, message.header_from);
    bind_text(put, 18, message.message_id);
    bind_text(put, 19, message.subject);
    put.run();
}

// Its result may be there already, under the address that a rewrite made of it.
bool JournalBatch::is_rewritten(JournalKey key, const JournalRecipient& recipient)
{
    const auto address = journal_.names_.known_address(recipient.address);
    return address && rewritten_row(key, address->id);
}

void JournalBatch::put_recipient(JournalKey key, const JournalRecipient& recipient)
{
    const auto address = journal_.names_.address(recipient.address);
    if (!address)
        return;
    const bool rewritten =
        !recipient.original.empty() && recipient.original != recipient.address;
    if (rewritten && row_of(key, address->id))
        return;
    const auto original =
        rewritten ? journal_.names_.address(recipient.original) : std::nullopt;
    Statement put = database_.lend(
        "INSERT INTO recipients (message, address, domain, original, result, attempts)"
        " VALUES (?1, ?2, ?3, ?4, 0, 0) ON CONFLICT (message, address) DO NOTHING");
    put.bind(1, key).bind(2, address->id).bind(3, address->domain);
    if (original)
        put.bind(4, original->id);
    put.run();
}

void JournalBatch::put_attachments(JournalKey key, const JournalMessage& message)
{
    JournalNames& names = journal_.names_;
    const std::int64_t day = message.time / day_microseconds;
    std::int64_t number = 0;
    for (const JournalAttachment& attachment : message.attachments) {
        Statement put = database_.lend(
            "INSERT INTO attachments (message, number, declared, found, size, name)"
            " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        put.bind(1, key).bind(2, ++number);
        bind_number(put, 3, names.label(attachment.declared, day));
        bind_number(put, 4, names.label(attachment.found, day));
        put.bind(5, static_cast<std::int64_t>(attachment.size));
        bind_text(put, 6, attachment.name);
        put.run();
    }
    const std::string files = names_together(
        message.attachments | std::views::transform(&JournalAttachment::name));
    if (message.subject.empty() && files.empty())
        return;
    Statement put =
        database_.lend("INSERT INTO words (rowid, subject, files) VALUES (?1, ?2, ?3)");
    put.bind(1, key).bind(2, message.subject).bind(3, files).run();
}

} // namespace db
