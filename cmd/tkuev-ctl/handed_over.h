// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/handed_over.h - the ledger of a measure, as far as it is of interest.
#pragma once

#include "handover/ledger.h"
#include "office.h"

#include <span>
#include <string_view>
#include <vector>

namespace tkuev {

using Acts = std::span<const std::string_view>;

// Those lines of it; a damaged one is refused (Failure fix_data).
[[nodiscard]] std::vector<handover::LedgerEntry>
ledger_lines(Office& office, const li::Handle& measure, Acts acts);

} // namespace tkuev
