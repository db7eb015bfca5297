// SPDX-License-Identifier: Apache-2.0
// sponts/traffic_print.h - the sums, for people and for programs.
#pragma once

#include "traffic_sums.h"

#include <span>
#include <string>

namespace sponts {

// A header, then a line for each row, in columns; "-" where tenant or domain are empty.
[[nodiscard]] std::string traffic_table(std::span<const TrafficRow> rows,
                                        TrafficSums::By by);
// An array of objects, on one line.
[[nodiscard]] std::string traffic_json(std::span<const TrafficRow> rows,
                                       TrafficSums::By by);

} // namespace sponts
