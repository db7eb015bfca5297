// SPDX-License-Identifier: Apache-2.0
#include "db/journal_retention.h"

#include "db/journal_bind.h"
#include "db/journal_schema.h"
#include "db/journal_tenants.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <thread>

namespace db {

namespace {

constexpr std::size_t piece = 100; // messages, in some milliseconds
constexpr int merge_pages = 64;    // of the full text index in one step
constexpr base::milliseconds shortest_pause{2};

// Runs one piece of work and leaves the writer as much time as it took.
template <class Work>
auto with_pause(Work work)
{
    const base::SteadyTime begin = base::Steady::now();
    const auto done = work();
    std::this_thread::sleep_for(
        std::max<base::Steady::duration>(shortest_pause, base::Steady::now() - begin));
    return done;
}

std::uint64_t& counter(RetentionDone& done, RetentionKind kind)
{
    switch (kind) {
    case RetentionKind::messages:
        return done.messages;
    case RetentionKind::refusals:
        return done.refusals;
    case RetentionKind::logins:
        break;
    }
    return done.logins;
}

} // namespace

JournalRetention::JournalRetention(const std::string& path, base::milliseconds patience)
    : database_(path, Access::scrub, patience), patience_(patience)
{
    require_journal_version(database_);
    // A checkpoint is part of a COMMIT, and the writer would wait for it: as seldom as its
    // own.
    database_.run("PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;"
                  " PRAGMA wal_autocheckpoint = 65536");
}

RetentionDone JournalRetention::apply(const std::vector<RetentionRule>& rules)
{
    RetentionDone done;
    for (const RetentionRule& rule : rules)
        counter(done, rule.kind) += delete_by(rules, rule);
    delete_losses(rules);
    while (with_pause([this] { return merge_some(); })) {
    }
    done.finished = finish();
    done.names = names_;
    return done;
}

// One label after the other: each has its rows in the order of the index.
std::uint64_t JournalRetention::delete_by(const std::vector<RetentionRule>& rules,
                                          const RetentionRule& rule)
{
    if (!rule.tenant)
        return delete_all(rule, [&] { return all_but_named(rules, rule.kind); });
    if (rule.tenant->empty())
        return delete_all(rule, [] { return "tenant IS NULL"; });
    std::uint64_t rows = 0;
    for (const std::int64_t label : labels_of(*rule.tenant))
        rows += delete_all(rule, [&] { return fmt::format("tenant = {}", label); });
    return rows;
}

std::uint64_t JournalRetention::delete_all(const RetentionRule& rule, const Whose& whose)
{
    std::uint64_t all = 0;
    JournalKey after = 0;
    while (const std::uint64_t rows =
               with_pause([&] { return delete_some(rule, whose(), piece, after); }))
        all += rows;
    return all;
}

std::vector<std::int64_t> JournalRetention::labels_of(const std::string& tenant) const
{
    Statement look = database_.lend(labels_of_tenant);
    look.bind(1, tenant);
    std::vector<std::int64_t> numbers;
    while (look.step())
        numbers.push_back(look.number(0));
    return numbers;
}

// A rule for all leaves out what is only of tenants that have one of their own.
std::string JournalRetention::all_but_named(const std::vector<RetentionRule>& rules,
                                            RetentionKind kind) const
{
    Tenants own;
    for (const RetentionRule& other : rules)
        if (other.kind == kind && other.tenant)
            own.insert(*other.tenant);
    std::vector<std::int64_t> named;
    for (const std::string& tenant : own) {
        Statement look = database_.lend("SELECT id FROM labels WHERE text = ?1");
        look.bind(1, tenant);
        if (look.step())
            named.push_back(look.number(0));
    }
    Statement several =
        database_.lend("SELECT id, text FROM labels WHERE instr(text, char(9)) > 0");
    while (!own.empty() && several.step()) {
        bool all = true;
        for_each_tenant(several.text(1),
                        [&](std::string_view one) { all = all && own.contains(one); });
        if (all)
            named.push_back(several.number(0));
    }
    return fmt::format("({} +tenant NOT IN ({}))",
                       own.contains("") ? "+tenant IS NOT NULL AND" : "+tenant IS NULL OR",
                       fmt::join(named, ", "));
}

std::vector<JournalKey> JournalRetention::due(const RetentionRule& rule,
                                              const std::string& whose, std::size_t limit,
                                              JournalKey after) const
{
    std::string sql = "SELECT key FROM logins WHERE key > ?1 AND key < ?2 AND ";
    if (rule.kind != RetentionKind::logins)
        sql = fmt::format("SELECT key FROM messages WHERE key > ?1 AND key < ?2"
                          " AND {}kind = {} AND ",
                          rule.tenant ? "" : "+",
                          rule.kind == RetentionKind::refusals ? 1 : 0);
    Statement look = database_.prepare(sql + whose + " ORDER BY key LIMIT ?3");
    look.bind(1, after).bind(2, first_key(rule.before));
    look.bind(3, static_cast<std::int64_t>(limit));
    std::vector<JournalKey> keys;
    while (look.step())
        keys.push_back(look.number(0));
    return keys;
}

std::uint64_t JournalRetention::delete_some(const RetentionRule& rule,
                                            const std::string& whose, std::size_t limit,
                                            JournalKey& after)
{
    const std::vector<JournalKey> keys = due(rule, whose, limit, after);
    if (keys.empty())
        return 0;
    const Ticket ticket(database_.path(), patience_);
    Transaction transaction(database_);
    for (const JournalKey key : keys)
        if (rule.kind == RetentionKind::logins)
            delete_login(key);
        else
            delete_message(key);
    delete_names();
    transaction.commit();
    after = keys.back();
    return keys.size();
}

void JournalRetention::note(std::string_view sql, JournalKey key,
                            std::vector<std::int64_t>& ids)
{
    Statement look = database_.lend(sql);
    look.bind(1, key);
    while (look.step())
        if (look.number(0) != 0) // NULL
            ids.push_back(look.number(0));
}

// The full text index takes words away by the text they came from.
void JournalRetention::forget_words(JournalKey key)
{
    Statement subject = database_.lend("SELECT subject FROM messages WHERE key = ?1");
    subject.bind(1, key);
    if (!subject.step())
        return;
    const std::string text(subject.text(0));
    std::vector<std::string> names;
    Statement look =
        database_.lend("SELECT name FROM attachments WHERE message = ?1 ORDER BY number");
    look.bind(1, key);
    while (look.step())
        names.emplace_back(look.text(0));
    const std::string files = names_together(names);
    if (text.empty() && files.empty())
        return;
    database_
        .lend("INSERT INTO words (words, rowid, subject, files)"
              " VALUES ('delete', ?1, ?2, ?3)")
        .bind(1, key)
        .bind(2, text)
        .bind(3, files)
        .run();
}

void JournalRetention::delete_message(JournalKey key)
{
    note("SELECT sender FROM messages WHERE key = ?1", key, addresses_);
    note("SELECT address FROM recipients WHERE message = ?1", key, addresses_);
    note("SELECT original FROM recipients WHERE message = ?1", key, addresses_);
    note("SELECT client FROM messages WHERE key = ?1", key, clients_);
    note("SELECT account FROM messages WHERE key = ?1", key, accounts_);
    note("SELECT declared FROM attachments WHERE message = ?1", key, types_);
    forget_words(key);
    for (const char* sql :
         {"DELETE FROM recipients WHERE message = ?1",
          "DELETE FROM attachments WHERE message = ?1",
          "DELETE FROM refusals WHERE message = ?1", "DELETE FROM messages WHERE key = ?1"})
        database_.lend(sql).bind(1, key).run();
}

void JournalRetention::delete_login(JournalKey key)
{
    note("SELECT client FROM logins WHERE key = ?1", key, clients_);
    note("SELECT account FROM logins WHERE key = ?1", key, accounts_);
    database_.lend("DELETE FROM logins WHERE key = ?1").bind(1, key).run();
}

// They are nobody's, and stay as long as messages do.
void JournalRetention::delete_losses(const std::vector<RetentionRule>& rules)
{
    for (const RetentionRule& rule : rules) {
        if (rule.kind != RetentionKind::messages || rule.tenant)
            continue;
        const Ticket ticket(database_.path(), patience_);
        Transaction transaction(database_);
        database_.lend("DELETE FROM losses WHERE key < ?1")
            .bind(1, first_key(rule.before))
            .run();
        transaction.commit();
    }
}

// Of labels media types are what a sender may have made up.  Nothing else is called like
// one, type/subtype, but perhaps a tenant; the rest waits for delete_labels().
void JournalRetention::delete_names()
{
    std::vector<std::int64_t> domains;
    const auto orphans = [this](std::vector<std::int64_t>& ids, std::string_view sql) {
        std::ranges::sort(ids);
        ids.erase(std::ranges::unique(ids).begin(), ids.end());
        for (const std::int64_t id : ids)
            names_ += static_cast<std::uint64_t>(database_.lend(sql).bind(1, id).run());
        ids.clear();
    };
    orphans(types_, "DELETE FROM labels WHERE id = ?1"
                    " AND text GLOB '*/*' AND text NOT GLOB '*[ :]*'"
                    " AND NOT EXISTS (SELECT 1 FROM attachments WHERE declared = ?1)"
                    " AND NOT EXISTS (SELECT 1 FROM attachments WHERE found = ?1)"
                    " AND NOT EXISTS (SELECT 1 FROM messages WHERE tenant = ?1)"
                    " AND NOT EXISTS (SELECT 1 FROM logins WHERE tenant = ?1)");
    for (const std::int64_t id : addresses_)
        note("SELECT domain FROM addresses WHERE id = ?1", id, domains);
    orphans(addresses_, "DELETE FROM addresses WHERE id = ?1"
                        " AND NOT EXISTS (SELECT 1 FROM messages WHERE sender = ?1)"
                        " AND NOT EXISTS (SELECT 1 FROM recipients WHERE address = ?1)"
                        " AND NOT EXISTS (SELECT 1 FROM recipients WHERE original = ?1)");
    orphans(domains, "DELETE FROM domains WHERE id = ?1"
                     " AND NOT EXISTS (SELECT 1 FROM addresses WHERE domain = ?1)");
    orphans(clients_, "DELETE FROM clients WHERE id = ?1"
                      " AND NOT EXISTS (SELECT 1 FROM messages WHERE client = ?1)"
                      " AND NOT EXISTS (SELECT 1 FROM logins WHERE client = ?1)");
    orphans(accounts_, "DELETE FROM accounts WHERE id = ?1"
                       " AND NOT EXISTS (SELECT 1 FROM messages WHERE account = ?1)"
                       " AND NOT EXISTS (SELECT 1 FROM logins WHERE account = ?1)");
}

// 'delete' only adds a mark to the full text index.  With a negative number everything is
// put into one merge, which begins anew with every such call; with a positive one it goes
// on.  When all is one segment, neither marks nor what they cover are left.
bool JournalRetention::merge_some()
{
    const Ticket ticket(database_.path(), patience_);
    Transaction transaction(database_);
    const std::int64_t before = database_.number("SELECT total_changes()");
    database_.run(fmt::format("INSERT INTO words (words, rank) VALUES ('merge', {})",
                              merging_ ? merge_pages : -merge_pages));
    const bool more = database_.number("SELECT total_changes()") - before >= 2;
    transaction.commit();
    merging_ = more;
    return more;
}

// One that was not used since the oldest row can belong to none.
void JournalRetention::delete_labels()
{
    std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
    for (const std::string_view table : {"messages", "logins", "losses"})
        oldest = std::min(
            oldest, database_.number(fmt::format(
                        "SELECT coalesce((SELECT min(key) FROM {}), {})", table, oldest)));
    names_ +=
        static_cast<std::uint64_t>(database_.lend("DELETE FROM labels WHERE seen < ?1")
                                       .bind(1, time_of(oldest) / day_microseconds)
                                       .run());
}

bool JournalRetention::finish()
{
    const Ticket ticket(database_.path(), patience_);
    Transaction transaction(database_);
    delete_labels();
    transaction.commit();
    // The writer waits for us: a reader may keep us from it, but not for long.
    database_.run("PRAGMA busy_timeout = 200");
    return database_.empty_log();
}

} // namespace db
