// SPDX-License-Identifier: Apache-2.0
// daemon/tenants.h - whose a message is, and how long it may stay for that.
#pragma once

#include "conf/settings.h"
#include "db/directory.h"
#include "spool/ring_look.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace daemons {

// The tenant of its domain, as journal::OwnerOf has it.  Throws base::Failure.
[[nodiscard]] std::optional<std::string> owner_of(db::Directory& directory,
                                                  std::string_view address);

// As tenant-retention says, with the domains of this database; null: no tenant has a period
// of his own, or there is no ring.
//
// Of all tenants that a message concerns (journal/concerned.h) the longest period counts;
// one without a period, and a domain of ours without a tenant, keep it as long as
// everybody's.
[[nodiscard]] std::shared_ptr<const spool::RingPeriods>
ring_periods(const conf::Queue& queue, const std::string& database);

} // namespace daemons
