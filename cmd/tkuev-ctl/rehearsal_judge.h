// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/rehearsal_judge.h - what should have come out against what came out.  Pure.
#pragma once

#include "rehearsal_plan.h"

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tkuev {

// An event as it was handed over.
struct CameOut {
    std::string event{};
    etsi::EmailStatus status = etsi::EmailStatus::unknown;
    bool facts = true; // false: of the ledger, which knows event and octets only
    std::uint16_t port = 0;
    std::string message_id{};
    std::string queue_id{};
    std::string sender{};
    std::vector<std::string> recipients{};
    std::uint32_t total_recipients = 0;
    std::string digest{}; // as the event says; empty: no content belongs to it
    std::uint64_t octets = 0;
};

struct Yield {
    std::vector<CameOut> events{};
    std::vector<std::string> contents{}; // digests of the octets that came
    bool contents_seen = true;           // false: only the ledger was looked at
};

struct Check {
    enum class Result : std::uint8_t { right, missing, differs, too_much };
    std::string session{};
    std::string event{};
    std::uint64_t octets = 0; // of its content
    Result result = Result::right;
    std::string why{}; // one line; empty if right
};
[[nodiscard]] std::string_view name_of(Check::Result result);

struct Verdict {
    std::vector<Check> checks{};
    bool complete = true;  // nothing is missing or differs
    bool exclusive = true; // nothing is too much

    [[nodiscard]] bool good() const { return complete && exclusive; }
};

// `bystander_ports`: clients of sessions of which nothing may come out.
[[nodiscard]] Verdict judge(std::span<const Expected> expected, const Yield& yield,
                            const std::set<std::uint16_t>& bystander_ports);

} // namespace tkuev
