// SPDX-License-Identifier: Apache-2.0
// db/journal.h - journal.db as its one writer sees it.  Readers: db/journal_search.h.
//
// Everything is written in batches.  A batch is one transaction: rows, and how far the
// sources of events were read; whoever dies has written all of it or nothing.  Events may
// come twice and in any order: what is filed already changes nothing.
//
// Threads: one.  Other processes may delete (db/journal_retention.h) between batches.
#pragma once

#include "db/admin.h"
#include "db/journal_names.h"
#include "db/journal_policy.h"
#include "db/journal_rows.h"
#include "db/sqlite.h"
#include "db/ticket.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {

// When, in the order of time: microseconds since 1970 times 1024, and a number below that.
using JournalKey = std::int64_t;
inline constexpr int key_bits = 10;
[[nodiscard]] constexpr JournalKey first_key(std::int64_t time)
{
    return static_cast<JournalKey>(static_cast<std::uint64_t>(time) << key_bits);
}
[[nodiscard]] constexpr std::int64_t time_of(JournalKey key)
{
    return key >> key_bits;
}

// How far a source of events was read.
struct JournalProgress {
    std::string source;
    std::uint64_t position = 0;
};
[[nodiscard]] std::vector<JournalProgress> read_progress(const Sqlite& database);

class Journal {
public:
    // Throws base::Failure; fix_config if the database is not of journal_version.
    explicit Journal(const std::string& path, JournalPolicies policies = {},
                     base::milliseconds patience = write_patience);
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // How far a source was read; 0: not at all.
    [[nodiscard]] std::uint64_t progress(std::string_view source) const;
    [[nodiscard]] std::vector<JournalProgress> progress() const;
    // Messages behind this key of which a recipient waits, the oldest first.
    struct Waiting {
        JournalKey key = 0;
        spool::MessageId id;
    };
    [[nodiscard]] std::vector<Waiting> waiting(JournalKey after, std::size_t limit) const;

private:
    friend class JournalBatch;
    void notice_deletions();

    Sqlite database_;
    JournalPolicies policies_;
    base::milliseconds patience_;
    JournalNames names_;
    std::int64_t version_ = 0; // PRAGMA data_version: counts the commits of others
};

// Holds the ticket; without commit() nothing has happened.
class JournalBatch {
public:
    explicit JournalBatch(Journal& journal);
    JournalBatch(const JournalBatch&) = delete;
    JournalBatch& operator=(const JournalBatch&) = delete;
    ~JournalBatch();
    void commit();

    // Everything up to `position` of a source is filed with this batch.  False: it was
    // before, and what is told now is to be left out.
    [[nodiscard]] bool advance(std::string_view source, std::uint64_t position);
    // The source is gone for good.
    void forget(std::string_view source);

    // False: it is filed already.
    bool file(JournalMessage message);
    // Results may come before their message, and in any order: the newest counts.  `ask`
    // is called when the message is not filed, and says whose it is, and when it came.
    bool file(JournalResult result, const std::function<void(JournalResult&)>& ask = {});
    bool file(const JournalDeletion& deletion);
    // Whether the result of any recipient of a message that is filed is not final, or not
    // known.
    [[nodiscard]] bool waits(spool::MessageId id);
    // Of its recipients that wait nobody knows what became of them; whoever is told later
    // counts.
    void give_up(JournalKey message);
    bool file(JournalRefusal refusal);
    bool file(JournalLogin login);
    bool file(const JournalLoss& loss);

private:
    struct Place { // of a message that is filed
        JournalKey key = 0;
        bool known = false;      // more than results
        std::int64_t tenant = 0; // its label; 0: none
    };
    [[nodiscard]] std::optional<Place> find(spool::MessageId id);
    [[nodiscard]] std::string text_of(std::int64_t label);
    [[nodiscard]] JournalKey free_key(std::string_view table, std::int64_t time);
    [[nodiscard]] bool has_refusal(const JournalRefusal& refusal);
    [[nodiscard]] bool has_login(const JournalLogin& login);
    void move(JournalKey from, JournalKey to);
    void put_message(JournalKey key, const JournalMessage& message, std::int64_t kind);
    // One that has no row, by none of its addresses.
    void put_recipient(JournalKey key, const JournalRecipient& recipient);
    [[nodiscard]] bool is_rewritten(JournalKey key, const JournalRecipient& recipient);
    void put_attachments(JournalKey key, const JournalMessage& message);
    [[nodiscard]] JournalKey place_of(const JournalResult& result);
    bool put_result(JournalKey key, const JournalResult& result);
    struct Row { // of a recipient
        std::int64_t address = 0;
        std::int64_t first = 0;
        std::int64_t last = 0; // 0 before the first attempt
        std::int64_t result = 0;
    };
    [[nodiscard]] std::optional<Row> row_of(JournalKey key, std::int64_t address);
    [[nodiscard]] std::optional<Row> row_of(JournalKey key, const JournalResult& result);
    [[nodiscard]] std::optional<Row> rewritten_row(JournalKey key, std::int64_t original);
    [[nodiscard]] bool rewrite(JournalKey key, std::int64_t from, FiledAddress to);

    Journal& journal_;
    const Sqlite& database_;
    Ticket ticket_;
    Transaction transaction_;
    bool committed_ = false;
};

} // namespace db
