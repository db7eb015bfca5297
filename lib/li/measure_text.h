// SPDX-License-Identifier: Apache-2.0
// li/measure_text.h - measures and what belongs to them as texts, to be locked and stored.
//
// JSON (RFC 8259), in parts, so that a change of one leaves the others as they are. Members
// that are not known are skipped, missing ones have their default.
#pragma once

#include "li/check.h"
#include "li/measure.h"

#include <expected>
#include <string>
#include <string_view>

namespace li {

struct MeasureText {
    std::string target;   // reference, authority, identities, test account
    std::string order;    // orders: courts, file numbers, periods
    std::string delivery; // profile and destinations with their passwords
    std::string life;
};
[[nodiscard]] MeasureText to_text(const Measure& measure);
// Or what is wrong with it.
[[nodiscard]] std::expected<Measure, std::string> measure_from(const Handle& handle,
                                                               const MeasureText& text);

[[nodiscard]] std::string to_text(const Authority& authority);
[[nodiscard]] std::expected<Authority, std::string> authority_from(std::string_view text);
[[nodiscard]] std::string to_text(const TestAccount& account);
[[nodiscard]] std::expected<TestAccount, std::string>
test_account_from(std::string_view text);

} // namespace li
