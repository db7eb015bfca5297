// SPDX-License-Identifier: Apache-2.0
// db/publications.h - what the servers are to look for at a moment: the input of the match
// list.
//
// An identity is looked for under every name it has: the address itself, and addresses of
// sponts.db that are nothing but other names of it.
#pragma once

#include "db/measures.h"
#include "db/sqlite.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {

// The rows of sponts.db that make one address another name of an address: a rewrite, or a
// forward without a mailbox, to it alone.  A distribution list and a copy are not: what
// they pass on is caught when it is passed on.  Read only; reads again when the database
// changes, whatever is published.
class Aliases {
public:
    // A missing or damaged database throws base::Failure.
    Aliases(const std::string& sponts_database, const li::Rules& rules);

    // The identity's canonical forms: its own first, then its aliases', over as many steps
    // as there are.  Logins and mailboxes have their own only.
    [[nodiscard]] std::vector<std::string> resolve(const li::Identity& identity);

private:
    void load();

    Sqlite database_;
    li::Rules rules_;
    std::int64_t seen_ = -1;
    std::multimap<std::string, std::string, std::less<>> names_; // target -> address
};

struct Publication {
    li::Handle handle{};
    struct Name {
        li::Kind kind = li::Kind::address;
        std::string canonical;
        bool operator==(const Name&) const = default;
    };
    std::vector<Name> names;
    li::Scope scope = li::Scope::iri;
    li::Time begin = 0; // what is before is not the measure's
    li::Time end = 0;   // nor what is after
    bool all_recipients = false;
    bool test = false;
    std::string certificate; // PEM to seal content to; empty: the interception user's
    bool operator==(const Publication&) const = default;
};

// Of every measure that captures now or will when its begin comes.
[[nodiscard]] std::vector<Publication> publications(Measures& measures, Aliases& aliases,
                                                    li::Time now);

// Measures that have ended by time without its having been written down: the caller notes
// the end and stores it.  What is returned is settled already (li::settle()).
[[nodiscard]] std::vector<StoredMeasure> due(Measures& measures, li::Time now);
// When any measure next begins or ends by itself, after `now`.
[[nodiscard]] std::optional<li::Time> next_change(Measures& measures, li::Time now);

} // namespace db
