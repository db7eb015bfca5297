// SPDX-License-Identifier: Apache-2.0
// db/journal_fixture_test.h - an empty journal, and events to file.
#pragma once

#include "db/fixture_test.h"
#include "db/journal.h"
#include "db/journal_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <random>

namespace db::testing {

inline constexpr std::int64_t second = 1'000'000;
inline constexpr std::int64_t noon = 1'795'435'200 * second; // 2026-11-23T12:00:00Z

inline JournalMessage a_message(std::uint64_t id, std::int64_t time = noon)
{
    JournalMessage message;
    message.id = spool::MessageId(id);
    message.time = time;
    message.peer = {.tenant = "",
                    .listener = "mx",
                    .protocol = "ESMTPS",
                    .tls = "TLSv1.3",
                    .client = "192.0.2.1",
                    .client_name = "mail.example.net",
                    .helo = "mail.example.net",
                    .login = ""};
    message.sender = "Ann@example.net";
    message.header_from = "ann@example.net";
    message.message_id = fmt::format("<{}@example.net>", id);
    message.subject = "Offer for the new roof";
    message.size = 4711;
    message.recipients = {{"bob@example.org", ""}, {"carl@example.org", "c@example.com"}};
    message.attachments = {{"Roof-plan.pdf", "application/pdf", "application/pdf", 1000}};
    return message;
}

inline JournalResult a_result(std::uint64_t id, std::int64_t time,
                              Outcome outcome = Outcome::delivered)
{
    JournalResult result;
    result.id = spool::MessageId(id);
    result.address = "bob@example.org";
    result.time = time;
    result.outcome = outcome;
    result.attempts = 1;
    result.enhanced = "2.0.0";
    result.reply = "250 2.0.0 ok";
    result.relay = "mail1.internal[192.0.2.9]:25";
    result.tls = "TLSv1.3";
    return result;
}

inline JournalRefusal a_refusal(std::int64_t time = noon)
{
    JournalRefusal refusal;
    refusal.time = time;
    refusal.peer.client = "198.51.100.7";
    refusal.peer.listener = "mx";
    refusal.sender = "eve@example.com";
    refusal.recipient = "nobody@example.org";
    refusal.code = 550;
    refusal.enhanced = "5.1.1";
    refusal.reason = "unknown-recipient";
    refusal.reply = "no such user here";
    return refusal;
}

inline JournalLogin a_login(std::int64_t time = noon)
{
    JournalLogin login;
    login.time = time;
    login.service = "imap";
    login.peer.client = "203.0.113.5";
    login.peer.login = "bob@example.org";
    login.peer.tls = "TLSv1.3";
    login.mechanism = "PLAIN";
    login.backend = "mail1.internal:143";
    return login;
}

// So that rows come into the indexes in no order.
inline std::string random_word(std::mt19937& source)
{
    std::string word;
    for (std::size_t i = 4 + source() % 8; i > 0; --i)
        word += static_cast<char>('a' + source() % 26);
    return word;
}

// How often the word stands in the file and its log.
inline std::size_t found_in_files(const std::string& path, std::string_view word)
{
    std::size_t count = 0;
    for (const char* companion : {"", "-wal"}) {
        std::ifstream file(path + companion, std::ios::binary);
        const std::string octets(std::istreambuf_iterator<char>(file), {});
        for (auto at = octets.find(word); at != std::string::npos;
             at = octets.find(word, at + 1))
            ++count;
    }
    return count;
}

// Made once, for all tests to copy: making it takes several syncs.
inline const std::string& empty_journal()
{
    static const Folder folder;
    static const std::string path = [] {
        const std::string made = folder.file("empty.db");
        (void)migrate_journal(made);
        Sqlite(made, Access::scrub, base::milliseconds{1000})
            .run("PRAGMA wal_checkpoint(TRUNCATE)");
        return made;
    }();
    return path;
}

struct JournalFixture {
    Folder folder;
    std::string path = folder.file("journal.db");
    JournalFixture() { std::filesystem::copy_file(empty_journal(), path); }

    // Files each in a batch of its own with all the others.
    template <class... Events>
    bool file(const Events&... events) const
    {
        Journal journal(path);
        JournalBatch batch(journal);
        const bool all = (static_cast<int>(batch.file(events)) + ...) == sizeof...(events);
        batch.commit();
        return all;
    }
    [[nodiscard]] std::int64_t number(const std::string& sql) const
    {
        return Sqlite(path, Access::read, base::milliseconds{1000}).number(sql);
    }
    // The first row, its columns separated by "|".
    [[nodiscard]] std::string row(const std::string& sql, int columns) const
    {
        const Sqlite database(path, Access::read, base::milliseconds{1000});
        Statement look = database.prepare(sql);
        std::string out;
        if (look.step())
            for (int column = 0; column < columns; ++column)
                out += (column > 0 ? "|" : "") + std::string(look.text(column));
        return out;
    }
    // What stands in a view.
    [[nodiscard]] std::string seen(const std::string& columns,
                                   const std::string& from) const
    {
        const auto count = std::ranges::count(columns, ',') + 1;
        return row("SELECT " + columns + " FROM " + from, static_cast<int>(count));
    }
    [[nodiscard]] std::int64_t count(const std::string& from) const
    {
        return number("SELECT count(*) FROM " + from);
    }
    [[nodiscard]] bool whole() const
    {
        return number("SELECT count(*) FROM pragma_integrity_check"
                      " WHERE integrity_check = 'ok'") == 1;
    }
};

} // namespace db::testing
