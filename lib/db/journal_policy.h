// SPDX-License-Identifier: Apache-2.0
// db/journal_policy.h - which fields of mail the journal may keep, for each tenant.
//
// Applied before anything is stored; what is left out is nowhere in the database.  Of
// several tenants each has its way: a field is kept if all of them keep it.  Pure.
#pragma once

#include "db/journal_rows.h"
#include "mime/summary.h"

#include <functional>
#include <map>

namespace db {

// Whose addresses are pseudonyms, in whosever mail they stand.
struct OwnPseudonyms {
    std::string key; // empty: nobody's
    std::function<bool(std::string_view address)> of;

    [[nodiscard]] bool has(std::string_view address) const
    {
        return !key.empty() && of && of(address);
    }
};

struct JournalPolicy {
    bool subjects = true;
    bool attachment_names = true;
    // Not empty: local parts of addresses and names of users become keyed digests.  The
    // domain stays, so that mail can be counted and searched by it.
    std::string pseudonym_key;
    // Where it is empty: some do all the same.  Null: none; else it outlives this.
    const OwnPseudonyms* own = nullptr;
};

struct JournalPolicies {
    JournalPolicy general;
    std::map<std::string, JournalPolicy, std::less<>> tenants;
    OwnPseudonyms own;

    // Of all tenants of a label (db/journal_tenants.h); it points to `own` here.
    [[nodiscard]] JournalPolicy of(std::string_view label) const;
    // One for all of those who want any; empty: none do.
    [[nodiscard]] const std::string& pseudonym_key() const;
};

// Longest texts that are kept, in octets.
inline constexpr std::size_t longest_subject = mime::Limits().subject;
inline constexpr std::size_t longest_name = 255; // attachments, users, hosts, labels
inline constexpr std::size_t longest_address = 512;
inline constexpr std::size_t longest_reply = 500;
inline constexpr std::size_t longest_message_id = mime::Limits().message_id;

// In lower case, and as the policy wants it: this is what is stored and searched for.
[[nodiscard]] std::string filed_address(const JournalPolicy& policy,
                                        std::string_view address);

void apply(const JournalPolicy& policy, JournalMessage& message);
void apply(const JournalPolicy& policy, JournalResult& result);
void apply(const JournalPolicy& policy, JournalRefusal& refusal);
void apply(const JournalPolicy& policy, JournalLogin& login);

} // namespace db
