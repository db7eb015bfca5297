// SPDX-License-Identifier: Apache-2.0
// audit/refusal.h - a use that is refused before the log was asked: a file that cannot be
// read, a wrong value of an option, a measure that there is not.  The log hears of it all
// the same, but not what was typed: it may be anything.
#pragma once

#include "audit/entry.h"
#include "base/failure.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace audit {

// A failure that the log has heard of.
class KnownFailure : public base::Failure {
public:
    explicit KnownFailure(const base::Failure& failure) : base::Failure(failure) {}
};

// A person was asked and has gone away before all was answered.
class GivenUp : public base::Failure {
public:
    explicit GivenUp(const std::string& text) : Failure(base::Remedy::supply_input, text) {}
};

// "... why=...": what the log keeps of a message, which may hold anything of any length.
inline constexpr std::size_t most_why = 400; // octets
[[nodiscard]] std::string why(std::string_view message);

// "role operate is missing; ...": what the log itself notes of somebody who may not, before
// what he said.
[[nodiscard]] std::string without_role(Role role, const std::string& detail);
// What he said; nothing if that is no such detail.
[[nodiscard]] std::optional<std::string_view> said_without_role(std::string_view detail);

// What the log hears of one that it does not know yet.
[[nodiscard]] Entry refusal_of(const std::string& act, const base::Failure& failure);
// Runs it; of a failure that the log does not know yet `note` hears before anybody else.
[[nodiscard]] int run_noted(const std::string& act, const std::function<int()>& run,
                            const std::function<void(const Entry&)>& note);

} // namespace audit
