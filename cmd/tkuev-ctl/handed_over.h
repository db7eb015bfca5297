// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/handed_over.h - the ledger of a measure, as far as it is of interest.
#pragma once

#include "handover/ledger.h"
#include "office.h"

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tkuev {

using Acts = std::span<const std::string_view>;

// Brings to the files what was noted; before they are read.
void write_ledgers(Office& office);
// Those lines of one, or which ledger is damaged, and how.
[[nodiscard]] std::expected<std::vector<handover::LedgerEntry>, std::string>
ledger_lines(Office& office, const li::Measure& measure, Acts acts);

} // namespace tkuev
