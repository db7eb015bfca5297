// SPDX-License-Identifier: Apache-2.0
// delivery/batch.h - one job on one connection: which recipients go into which transaction,
// and what was answered to whom.  Recipients that are rewritten to the same address are
// offered once and share the answer.
#pragma once

#include "base/clock.h"
#include "delivery/attempt.h"
#include "delivery/connection.h"
#include "delivery/guard.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace delivery {

struct Batch {
    // One address that is offered; `recipients` are indexes into job.recipients.
    struct Slot {
        std::vector<std::uint32_t> recipients;
        session::Answer answer;
    };

    Batch(Job& the_job, Connection& the_connection, const std::string& key);

    // The next transaction: at most `most` addresses, fewer if the server says so.
    [[nodiscard]] session::OutgoingMail next_transaction(std::uint32_t most,
                                                         std::uint32_t servers_most);
    void take(session::TransactionResult result);
    [[nodiscard]] bool first() const { return transactions_ == 1; }
    [[nodiscard]] std::string reason(const session::Answer& answer) const;

    Job& job;
    Connection& connection;
    const std::string& key; // of the destination
    std::vector<Slot> slots;
    std::vector<std::uint32_t> pending; // slots not yet answered
    std::optional<session::Trouble> trouble;
    std::optional<Guard::Verdict> verdict; // on the refusals; one for the message
    base::SteadyTime started;

private:
    std::vector<std::uint32_t> offered_;
    std::uint32_t transactions_ = 0;
};

} // namespace delivery
