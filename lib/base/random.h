// SPDX-License-Identifier: Apache-2.0
// base/random.h - unpredictable octets, for keys, names and seeds.
//
// Straight from the kernel: there is nothing to seed, or to be the same after fork(2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace base {

// Both throw base::Failure(repair_system) if the system has none to give.
void fill_random(std::span<std::uint8_t> octets);
[[nodiscard]] std::string random_octets(std::size_t count);

} // namespace base
