// SPDX-License-Identifier: Apache-2.0
// li/check.h - whether an order may be carried out, by its form: every fault at once.
//
// Pure: what must be looked up is handed in.  A court's reasons are not judged here.
#pragma once

#include "li/order.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace li {

// An account made for tests alone, notified to the regulator (TKÜV § 23).
struct TestAccount {
    std::string name; // by which officers call it
    std::vector<Identity> identities;
    std::string registration; // the regulator's confirmation
    Time added = 0;
    bool operator==(const TestAccount&) const = default;
};

struct Surroundings {
    Time now = 0;
    std::function<bool(std::string_view domain)> serves; // A-labels; not set: not known
    const Authority* authority = nullptr;                // nullptr: not registered
    Time certificate_ends = 0;                           // 0: it has none
    // What the settings say for orders that say nothing.
    bool has_operator_id = true;
    bool has_file_prefix = true; // names of files begin with it
    bool knows_profile = true;   // false: the order's could not be read
    std::span<const Measure> others;
    std::span<const TestAccount> test_accounts;
};

// Errors first; nothing: it may.
[[nodiscard]] std::vector<Fault> check(const Measure& measure,
                                       const Surroundings& surroundings);
// With the faults of how it was read in front, and without what would only repeat them.
[[nodiscard]] std::vector<Fault> check(const Draft& draft,
                                       const Surroundings& surroundings);
// What was found later about a field that could not even be read, says nothing new.
[[nodiscard]] std::vector<Fault> together(std::vector<Fault> read,
                                          std::vector<Fault> found);
// Of an account for tests: of the order's fields only those that name somebody, and only
// in domains that we serve.
[[nodiscard]] std::vector<Fault> check_test_account(std::span<const Entry> entries,
                                                    const Draft& draft,
                                                    const Surroundings& surroundings);
// Of an order that extends one which reaches until `end`.
[[nodiscard]] std::vector<Fault> check_extension(const Order& order, Time end,
                                                 const Surroundings& surroundings);
[[nodiscard]] bool has_errors(std::span<const Fault> faults);

// 1 to 25 of A-Z a-z 0-9 - _ . (TR TKÜV part X, annex X.2).
[[nodiscard]] bool is_reference(std::string_view text);

} // namespace li
