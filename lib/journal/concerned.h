// SPDX-License-Identifier: Apache-2.0
// journal/concerned.h - whose a message is: all tenants that it concerns.  Pure.
//
// These are the tenants of its login and of its recipients, also of the addresses that
// became these; what was made of another message (a bounce or notice, a forward, a replay)
// concerns the tenants of that one, too.  Its sender's only if none of these is in a domain
// of ours, with a tenant or without: anybody can write such an address.
#pragma once

#include "db/journal_rows.h"
#include "db/journal_tenants.h"
#include "spool/envelope.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace journal {

// Whose an address or a user is, by its domain; nothing: it is in no domain of ours; empty:
// it is, and that has no tenant.  May throw base::Failure.
using OwnerOf = std::function<std::optional<std::string>(std::string_view address)>;

[[nodiscard]] db::Tenants tenants_concerned(const spool::Envelope& envelope,
                                            const OwnerOf& owner_of);
// Of what was not taken: its recipient and login, or else the sender.
[[nodiscard]] db::Tenants tenants_concerned(const db::JournalRefusal& refusal,
                                            const OwnerOf& owner_of);

} // namespace journal
