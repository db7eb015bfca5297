// SPDX-License-Identifier: Apache-2.0
// db/journal_search.h - searching journal.db.  Nothing is written, and no writer is waited
// for; no transaction stays open between two calls.
//
// Pages go by the key of the last row, not by counting: a page late in a long answer costs
// as much as the first, and what is filed meanwhile shifts nothing.
#pragma once

#include "db/journal.h"
#include "db/journal_rows.h"
#include "db/sqlite.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace db {

enum class JournalKind : std::uint8_t { messages, refusals, both };

// All that are given must hold; empty: any.
struct JournalCriteria {
    std::optional<spool::MessageId> id{};
    std::string sender{};
    bool null_sender = false; // of bounces and notices
    std::string recipient{};  // or what it was before a rewrite
    std::string address{};    // sender or recipient
    std::string sender_domain{};
    std::string recipient_domain{};
    std::string domain{}; // of sender or recipient
    std::string client{}; // IP address
    std::string login{};
    std::string listener{};
    std::string tenant{};
    std::string message_id{};
    std::string words{};  // of the subject, in any order; "roo*": all that begin so
    std::string files{};  // words of attachments' names
    std::string type{};   // media type of an attachment, declared or found; "image/*"
    std::string reason{}; // of a refusal
    std::optional<Outcome> outcome{}; // of the recipient, or of any
    std::optional<Origin> origin{};
    JournalKind kind = JournalKind::messages;
    std::uint64_t smallest = 0;
    std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    std::int64_t from = 0; // microseconds since 1970
    std::int64_t to = 0;   // before this; 0: no end
};

enum class JournalOrder : std::uint8_t { newest_first, oldest_first };

struct FiledRecipient {
    JournalResult result; // time: of the last attempt, 0 before the first
    std::int64_t first = 0;
};

struct FiledChild {
    JournalKey key = 0;
    spool::MessageId id;
    std::string tenant;
};

struct FiledMessage {
    JournalKey key = 0;
    bool refused = false;
    bool known = true; // false: nothing but results
    JournalMessage message;
    std::vector<FiledRecipient> recipients;
    int code = 0; // of a refusal, as the rest here
    std::string enhanced;
    std::string reason;
    std::string reply;
    // Of story() only: what came of it (bounces, forwards, replays).
    std::vector<FiledChild> children;
};

struct JournalPage {
    std::vector<FiledMessage> messages;
    std::optional<JournalKey> next; // to go on from; none: that was all
};

// The same without what is filed of them.
struct JournalIds {
    std::vector<spool::MessageId> ids;
    std::optional<JournalKey> next; // perhaps there are more; none: that was all
};

struct FiledOutcome {
    std::string address;  // as it is filed: in lower case, or a pseudonym
    std::string original; // what it was before a rewrite, or empty
    Outcome outcome = Outcome::waiting;
};

// Instead of the order of time: the largest first, of equals the newest.
enum class JournalSort : std::uint8_t {
    size,
    recipients,
    delay, // until the last recipient that is finished was; without one: last of all
};
inline constexpr std::string_view sort_words[] = {"size", "recipients", "delay"};

struct JournalRank {
    std::int64_t value = 0;
    JournalKey key = 0;
    auto operator<=>(const JournalRank&) const = default;
};

struct JournalRanking {
    std::vector<FiledMessage> messages;
    std::optional<JournalRank> next; // to go on from; none: that was all
};

struct JournalLoginCriteria {
    std::string login{};
    std::string client{};
    std::string tenant{};
    std::optional<LoginOutcome> outcome{};
    std::int64_t from = 0;
    std::int64_t to = 0;
};

struct FiledLogin {
    JournalKey key = 0;
    JournalLogin login;
};

class JournalSearch {
public:
    // Policies: so that pseudonyms are found by the address they stand for.
    explicit JournalSearch(const std::string& path, JournalPolicies policies = {},
                           base::milliseconds patience = write_patience);

    // Throws Failure(fix_arguments) if `words` or `files` hold no word.
    [[nodiscard]] JournalPage page(const JournalCriteria& criteria, std::size_t limit,
                                   JournalOrder order = JournalOrder::newest_first,
                                   std::optional<JournalKey> after = std::nullopt) const;
    // Looks at all that is found before it shows anything.
    [[nodiscard]] JournalRanking
    ranking(const JournalCriteria& criteria, JournalSort sort, std::size_t limit,
            std::optional<JournalRank> after = std::nullopt) const;
    // What page() would read.
    [[nodiscard]] std::vector<JournalKey>
    keys(const JournalCriteria& criteria, std::size_t limit,
         JournalOrder order = JournalOrder::newest_first,
         std::optional<JournalKey> after = std::nullopt) const;
    // The oldest first; of refusals none.
    [[nodiscard]] JournalIds ids(const JournalCriteria& criteria, std::size_t limit,
                                 std::optional<JournalKey> after = std::nullopt) const;
    // Of all recipients of a message; empty: it is not filed.
    [[nodiscard]] std::vector<FiledOutcome> outcomes(spool::MessageId id) const;
    // Nothing: it was deleted meanwhile.
    [[nodiscard]] std::optional<FiledMessage> message(JournalKey key) const;
    // Those of `keys` of which a recipient still waits.
    [[nodiscard]] std::set<JournalKey> waiting(std::span<const JournalKey> keys) const;
    [[nodiscard]] std::uint64_t count(const JournalCriteria& criteria) const;
    [[nodiscard]] std::optional<FiledMessage> story(spool::MessageId id) const;
    // Newest first; `before`: the key of the last one seen.
    [[nodiscard]] std::vector<FiledLogin>
    logins(const JournalLoginCriteria& criteria, std::size_t limit,
           std::optional<JournalKey> before = std::nullopt) const;
    // Each form in which an address may have been filed, in lower case.
    [[nodiscard]] std::vector<std::string> forms_of(const std::string& address) const;
    // Another number whenever somebody has written since it was asked for last.
    [[nodiscard]] std::int64_t version() const;
    [[nodiscard]] std::vector<JournalProgress> progress() const
    {
        return read_progress(database_);
    }
    [[nodiscard]] const Sqlite& database() const { return database_; }

private:
    Sqlite database_;
    JournalPolicies policies_;
};

} // namespace db
