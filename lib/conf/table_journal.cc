// SPDX-License-Identifier: Apache-2.0
// conf/table_journal.cc - the keys of [journal].
#include "conf/table.h"
#include "conf/tenant_kinds.h"

namespace conf {

std::span<const Key<Journal>> journal_keys()
{
    using Row = Rows<Journal>;
    static constexpr Key<Journal> keys[] = {
        Row::of<YesNo, &Journal::enabled>("enabled",
                                          "Whether there is a journal: yes or no."),
        Row::of<Path, &Journal::database>(
            "database", "The SQLite file with every message, what became of it, and every "
                        "login."),
        Row::of<Size<1 << 20>, &Journal::backlog>(
            "backlog", "How much may wait to be filed until mail and events go without."),
        Row::of<Seconds<>, &Journal::retention>("retention",
                                                "How long messages stay in the journal."),
        Row::of<Seconds<>, &Journal::refusal_retention>(
            "refusal-retention", "How long refusals stay in the journal."),
        Row::of<Seconds<>, &Journal::login_retention>(
            "login-retention", "How long logins stay in the journal."),
        Row::of<TenantPeriods, &Journal::tenant_retention>(
            "tenant-retention",
            "Other periods of tenants: TENANT=PERIOD or TENANT/KIND=PERIOD."),
        Row::of<Tenants, &Journal::no_subjects>(
            "no-subjects", "Tenants whose subjects are not kept; *: of everybody."),
        Row::of<Tenants, &Journal::no_attachment_names>(
            "no-attachment-names",
            "Tenants whose names of attachments are not kept; *: of everybody."),
        Row::of<Tenants, &Journal::pseudonyms>(
            "pseudonyms",
            "Tenants whose addresses are kept as keyed digests; *: of everybody."),
        Row::of<Path, &Journal::pseudonym_key_file>("pseudonym-key-file",
                                                    "A file with the key for that."),
    };
    return keys;
}

} // namespace conf
