// SPDX-License-Identifier: Apache-2.0
// db/journal_retention.h - deleting what is too old, for good.
//
// In small pieces, each a transaction with the ticket of its own, and a pause after each
// that is as long: the writer gets its turn.  Rows are overwritten (secure_delete), so are
// copies of them (db/scrub_vfs.h); then the words of deleted subjects are merged out of the
// full text index, and the write-ahead log is emptied.  Only after finish() nothing is
// left.
//
// May run in another process than the writer.
#pragma once

#include "db/journal.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace db {

enum class RetentionKind : std::uint8_t { messages, refusals, logins };

// What is several tenants' goes by each of their rules: the shortest period counts, with
// the one for all if no rule names one of them.
struct RetentionRule {
    RetentionKind kind = RetentionKind::messages;
    // Whose; none: of all whom no rule of this kind names.  "": of nobody.
    std::optional<std::string> tenant{};
    std::int64_t before = 0; // what came before this time goes; microseconds since 1970
};

struct RetentionDone {
    std::uint64_t messages = 0;
    std::uint64_t refusals = 0;
    std::uint64_t logins = 0;
    std::uint64_t names = 0; // addresses, domains, clients, users and labels of nobody
    // False: a reader kept the log from being emptied; finish() again.
    bool finished = false;
};

class JournalRetention {
public:
    explicit JournalRetention(const std::string& path,
                              base::milliseconds patience = write_patience);
    JournalRetention(const JournalRetention&) = delete;
    JournalRetention& operator=(const JournalRetention&) = delete;

    // All of it, with pauses.
    RetentionDone apply(const std::vector<RetentionRule>& rules);

    // One step of merging; false: nothing is left to do.
    bool merge_some();
    // Labels that are not used any more; empties the log.  False: a reader is in the way.
    bool finish();

private:
    using Whose = std::function<std::string()>; // the rows, as SQL
    [[nodiscard]] std::vector<std::int64_t> labels_of(const std::string& tenant) const;
    [[nodiscard]] std::string all_but_named(const std::vector<RetentionRule>& rules,
                                            RetentionKind kind) const;
    std::uint64_t delete_by(const std::vector<RetentionRule>& rules,
                            const RetentionRule& rule);
    std::uint64_t delete_all(const RetentionRule& rule, const Whose& whose);
    // At most `limit` rows behind `after`, which moves on, and the names that only they
    // used; how many rows there were.
    std::uint64_t delete_some(const RetentionRule& rule, const std::string& whose,
                              std::size_t limit, JournalKey& after);
    [[nodiscard]] std::vector<JournalKey> due(const RetentionRule& rule,
                                              const std::string& whose, std::size_t limit,
                                              JournalKey after) const;
    void delete_message(JournalKey key);
    void delete_login(JournalKey key);
    void delete_losses(const std::vector<RetentionRule>& rules);
    void forget_words(JournalKey key);
    void note(std::string_view sql, JournalKey key, std::vector<std::int64_t>& ids);
    void delete_names();
    void delete_labels();

    Sqlite database_;
    base::milliseconds patience_;
    std::uint64_t names_ = 0;
    bool merging_ = false;
    // Of the rows deleted in this piece.
    std::vector<std::int64_t> addresses_;
    std::vector<std::int64_t> clients_;
    std::vector<std::int64_t> accounts_;
    std::vector<std::int64_t> types_; // of attachments, as declared
};

} // namespace db
