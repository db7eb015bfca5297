// SPDX-License-Identifier: Apache-2.0
// From the rows of the journal to what was filed.
#include "db/journal_query.h"
#include "db/journal_search.h"

#include <fmt/format.h>

#include <algorithm>

namespace db {

namespace {

spool::MessageId id_of(const Statement& row, int column)
{
    return spool::MessageId(static_cast<std::uint64_t>(row.number(column)));
}

std::string text_of(const Statement& row, int column)
{
    return std::string(row.text(column));
}

// LEFT JOINs: whatever is missing is an empty text.
constexpr std::string_view message_columns =
    "SELECT m.key, coalesce(m.id, 0), m.kind, m.known, m.origin, m.parent, m.size,"
    " t.text, l.text, p.text, s.text, c.address, c.name, m.helo, u.name, a.address,"
    " coalesce(m.header_from, a.address), m.message_id, m.subject, f.code, f.enhanced,"
    " y.text, f.reply, coalesce(m.parent, 0)"
    " FROM messages m LEFT JOIN labels t ON t.id = m.tenant"
    " LEFT JOIN labels l ON l.id = m.listener LEFT JOIN labels p ON p.id = m.protocol"
    " LEFT JOIN labels s ON s.id = m.tls LEFT JOIN clients c ON c.id = m.client"
    " LEFT JOIN accounts u ON u.id = m.account LEFT JOIN addresses a ON a.id = m.sender"
    " LEFT JOIN refusals f ON f.message = m.key LEFT JOIN labels y ON y.id = f.reason"
    " WHERE m.key = ?1";

void read_message(const Statement& row, FiledMessage& filed)
{
    JournalMessage& message = filed.message;
    filed.refused = row.number(2) != 0;
    filed.known = row.number(3) != 0;
    message.id = id_of(row, 1);
    message.time = time_of(filed.key);
    message.origin = static_cast<Origin>(row.number(4));
    if (row.number(23) != 0)
        message.parent = id_of(row, 5);
    message.size = static_cast<std::uint64_t>(row.number(6));
    message.peer = {.tenant = text_of(row, 7),
                    .listener = text_of(row, 8),
                    .protocol = text_of(row, 9),
                    .tls = text_of(row, 10),
                    .client = text_of(row, 11),
                    .client_name = text_of(row, 12),
                    .helo = text_of(row, 13),
                    .login = text_of(row, 14)};
    message.sender = text_of(row, 15);
    message.header_from = text_of(row, 16);
    message.message_id = text_of(row, 17);
    message.subject = text_of(row, 18);
    filed.code = static_cast<int>(row.number(19));
    filed.enhanced = text_of(row, 20);
    filed.reason = text_of(row, 21);
    filed.reply = text_of(row, 22);
}

std::vector<FiledRecipient> read_recipients(const Sqlite& database, JournalKey key)
{
    Statement rows = database.lend(
        "SELECT a.address, o.address, r.result, r.first, r.last, r.attempts, r.enhanced,"
        " r.reply, y.text, s.text FROM recipients r JOIN addresses a ON a.id = r.address"
        " LEFT JOIN addresses o ON o.id = r.original LEFT JOIN labels y ON y.id = r.relay"
        " LEFT JOIN labels s ON s.id = r.tls WHERE r.message = ?1 ORDER BY r.address");
    rows.bind(1, key);
    std::vector<FiledRecipient> all;
    while (rows.step()) {
        FiledRecipient one;
        one.result.address = text_of(rows, 0);
        one.result.original = text_of(rows, 1);
        one.result.outcome = static_cast<Outcome>(rows.number(2));
        one.first = rows.number(3);
        one.result.time = rows.number(4);
        one.result.attempts = static_cast<std::uint32_t>(rows.number(5));
        one.result.enhanced = text_of(rows, 6);
        one.result.reply = text_of(rows, 7);
        one.result.relay = text_of(rows, 8);
        one.result.tls = text_of(rows, 9);
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<JournalAttachment> read_attachments(const Sqlite& database, JournalKey key)
{
    Statement rows = database.lend(
        "SELECT f.name, d.text, y.text, f.size FROM attachments f"
        " LEFT JOIN labels d ON d.id = f.declared LEFT JOIN labels y ON y.id = f.found"
        " WHERE f.message = ?1 ORDER BY f.number");
    rows.bind(1, key);
    std::vector<JournalAttachment> all;
    while (rows.step())
        all.push_back({text_of(rows, 0), text_of(rows, 1), text_of(rows, 2),
                       static_cast<std::uint64_t>(rows.number(3))});
    return all;
}

FiledLogin read_login(const Statement& row)
{
    FiledLogin filed;
    filed.key = row.number(0);
    filed.login.time = time_of(filed.key);
    filed.login.service = text_of(row, 1);
    filed.login.peer.listener = text_of(row, 2);
    filed.login.peer.tenant = text_of(row, 3);
    filed.login.peer.client = text_of(row, 4);
    filed.login.peer.client_name = text_of(row, 5);
    filed.login.peer.login = text_of(row, 6);
    filed.login.outcome = static_cast<LoginOutcome>(row.number(7));
    filed.login.reason = text_of(row, 8);
    filed.login.mechanism = text_of(row, 9);
    filed.login.backend = text_of(row, 10);
    filed.login.peer.tls = text_of(row, 11);
    return filed;
}

constexpr std::string_view login_columns =
    "SELECT g.key, v.text, l.text, t.text, c.address, c.name, u.name, g.result, y.text,"
    " h.text, b.text, s.text FROM logins g LEFT JOIN labels v ON v.id = g.service"
    " LEFT JOIN labels l ON l.id = g.listener LEFT JOIN labels t ON t.id = g.tenant"
    " LEFT JOIN labels y ON y.id = g.reason LEFT JOIN labels h ON h.id = g.mechanism"
    " LEFT JOIN labels b ON b.id = g.backend LEFT JOIN labels s ON s.id = g.tls"
    " LEFT JOIN clients c ON c.id = g.client LEFT JOIN accounts u ON u.id = g.account"
    " WHERE g.key >= ?1 AND g.key < ?2";

} // namespace

std::vector<JournalProgress> read_progress(const Sqlite& database)
{
    std::vector<JournalProgress> all;
    Statement look = database.lend("SELECT source, position FROM progress");
    while (look.step())
        all.push_back(
            {std::string(look.text(0)), static_cast<std::uint64_t>(look.number(1))});
    return all;
}

JournalIds JournalSearch::ids(const JournalCriteria& criteria, std::size_t limit,
                              std::optional<JournalKey> after) const
{
    const std::vector<JournalKey> found =
        keys(criteria, limit, JournalOrder::oldest_first, after);
    JournalIds page;
    for (const JournalKey key : found) {
        Statement row =
            database_.lend("SELECT id FROM messages WHERE key = ?1 AND id IS NOT NULL");
        row.bind(1, key);
        if (row.step())
            page.ids.push_back(id_of(row, 0));
    }
    if (found.size() == limit && !found.empty())
        page.next = found.back();
    return page;
}

std::vector<FiledOutcome> JournalSearch::outcomes(spool::MessageId id) const
{
    Statement rows = database_.lend(
        "SELECT a.address, o.address, r.result FROM messages m"
        " JOIN recipients r ON r.message = m.key JOIN addresses a ON a.id = r.address"
        " LEFT JOIN addresses o ON o.id = r.original WHERE m.id = ?1");
    rows.bind(1, static_cast<std::int64_t>(id.value()));
    std::vector<FiledOutcome> all;
    while (rows.step())
        all.push_back(
            {text_of(rows, 0), text_of(rows, 1), static_cast<Outcome>(rows.number(2))});
    return all;
}

std::optional<FiledMessage> JournalSearch::message(JournalKey key) const
{
    FiledMessage filed;
    filed.key = key;
    Statement row = database_.lend(message_columns);
    row.bind(1, key);
    if (!row.step())
        return std::nullopt;
    read_message(row, filed);
    filed.recipients = read_recipients(database_, key);
    for (const FiledRecipient& recipient : filed.recipients)
        filed.message.recipients.push_back(
            {recipient.result.address, recipient.result.original});
    filed.message.attachments = read_attachments(database_, key);
    return filed;
}

std::optional<FiledMessage> JournalSearch::story(spool::MessageId id) const
{
    const auto number = static_cast<std::int64_t>(id.value());
    Statement look = database_.lend("SELECT key FROM messages WHERE id = ?1");
    look.bind(1, number);
    if (!look.step())
        return std::nullopt;
    std::optional<FiledMessage> filed = message(look.number(0));
    if (!filed)
        return std::nullopt;
    Statement children = database_.lend("SELECT m.key, m.id, t.text FROM messages m"
                                        " LEFT JOIN labels t ON t.id = m.tenant"
                                        " WHERE m.parent = ?1 ORDER BY m.key");
    children.bind(1, number);
    while (children.step())
        filed->children.push_back(
            {children.number(0), id_of(children, 1), text_of(children, 2)});
    return filed;
}

std::set<JournalKey> JournalSearch::waiting(std::span<const JournalKey> keys) const
{
    std::set<JournalKey> found;
    if (keys.empty())
        return found;
    Statement rows = database_.prepare(
        fmt::format("SELECT DISTINCT message FROM recipients WHERE message IN ({})"
                    " AND +result = {}",
                    fmt::join(keys, ", "), static_cast<int>(Outcome::waiting)));
    while (rows.step())
        found.insert(rows.number(0));
    return found;
}

std::vector<std::string> login_query(const JournalLoginCriteria& criteria,
                                     const JournalNumbers& numbers)
{
    std::string also;
    if (criteria.outcome)
        also += fmt::format(" AND g.result = {}", static_cast<int>(*criteria.outcome));
    struct Column {
        const char* name;
        const std::optional<Numbers>& numbers;
    };
    std::vector<std::string> arms;
    for (const Column& column :
         {Column{"g.account", numbers.login}, Column{"g.client", numbers.client},
          Column{"g.tenant", numbers.tenant}}) {
        if (!column.numbers)
            continue;
        if (!arms.empty()) {
            also += fmt::format(" AND +{} IN ({})", column.name,
                                fmt::join(*column.numbers, ", "));
            continue;
        }
        for (const std::int64_t number : *column.numbers)
            arms.push_back(
                fmt::format("{} AND {} = {}", login_columns, column.name, number));
    }
    if (arms.empty())
        arms.emplace_back(login_columns);
    for (std::string& arm : arms)
        arm += also + " ORDER BY g.key DESC LIMIT ?3";
    return arms;
}

std::vector<FiledLogin> read_logins(const Sqlite& database,
                                    const std::vector<std::string>& arms, JournalKey first,
                                    JournalKey behind, std::size_t limit)
{
    std::vector<FiledLogin> all;
    for (const std::string& arm : arms) {
        Statement rows = database.prepare(arm);
        rows.bind(1, first).bind(2, behind).bind(3, static_cast<std::int64_t>(limit));
        while (rows.step())
            all.push_back(read_login(rows));
    }
    std::ranges::sort(all, std::greater{}, &FiledLogin::key);
    if (all.size() > limit)
        all.resize(limit);
    return all;
}

} // namespace db
