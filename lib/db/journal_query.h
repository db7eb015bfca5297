// SPDX-License-Identifier: Apache-2.0
// db/journal_query.h - criteria as SQL.  Inside of lib/db; see db/journal_search.h.
//
// A search has arms: each follows one index in the order of time and checks the rest of the
// criteria at what it finds, so that the first page costs no more than itself.  The arms'
// keys together, without duplicates, are the answer.
#pragma once

#include "db/journal_search.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace db {

// Criteria with the numbers of the names in them.  A name of several numbers is any of
// them.
using Numbers = std::vector<std::int64_t>;
struct JournalNumbers {
    std::optional<Numbers> sender{};
    std::optional<Numbers> recipient{};
    std::optional<Numbers> address{};
    std::optional<Numbers> sender_domain{};
    std::optional<Numbers> recipient_domain{};
    std::optional<Numbers> domain{};
    std::optional<Numbers> client{};
    std::optional<Numbers> login{};
    std::optional<Numbers> type{};
    std::optional<Numbers> tenant{};
    std::optional<Numbers> listener{};
    std::optional<Numbers> reason{};
    // Fewer messages have the words than the person who is asked for, too, may have: begin
    // with them.  Without a person nobody asks.
    bool rare_words = false;

    // There is a name that nobody has.
    [[nodiscard]] bool impossible() const;
};

struct JournalArm {
    std::string sql; // gives keys; ?1 and ?2 are the first key and the one behind the last
    std::vector<std::string> texts; // ?3 and so on
};

struct JournalArms {
    std::vector<JournalArm> arms;
    bool walks = false; // through all messages: to be asked for a piece at a time
};

// Of SQLite's full text index: every word, "roo*" for all that begin so.  Empty: no words.
[[nodiscard]] std::string match_expression(const JournalCriteria& criteria);

[[nodiscard]] JournalArms journal_arms(const JournalCriteria& criteria,
                                       const JournalNumbers& numbers);

// The keys that all arms find, without duplicates; ?1 and so on are as in each of them.
[[nodiscard]] std::string together(const JournalArms& arms);

// Keys and what they are sorted by, the largest first; parameters as in together().
[[nodiscard]] std::string ranking_query(const JournalArms& arms, JournalSort sort,
                                        std::size_t limit,
                                        std::optional<JournalRank> after);

// The same for logins; ?1 and ?2 as above, ?3 how many.  For read_logins().
[[nodiscard]] std::vector<std::string> login_query(const JournalLoginCriteria& criteria,
                                                   const JournalNumbers& numbers);
[[nodiscard]] std::vector<FiledLogin> read_logins(const Sqlite& database,
                                                  const std::vector<std::string>& arms,
                                                  JournalKey first, JournalKey behind,
                                                  std::size_t limit);

} // namespace db
