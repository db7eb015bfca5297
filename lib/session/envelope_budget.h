// SPDX-License-Identifier: Apache-2.0
// session/envelope_budget.h - the memory that the recipients of all sessions share.
//
// One transaction may name a thousand recipients with long ORCPT parameters and then go
// silent; a thousand such sessions must not swell the process.  So each recipient that is
// accepted is paid for here, and the one for whom nothing is left is told to come later.
// Counts only: no SMTP, no allocation.  One thread.
#pragma once

#include "smtp/envelope.h"

#include <cstddef>
#include <cstdint>

namespace session {

class EnvelopeBudget {
public:
    explicit EnvelopeBudget(std::uint64_t limit) : limit_(limit) {}
    EnvelopeBudget(const EnvelopeBudget&) = delete;
    EnvelopeBudget& operator=(const EnvelopeBudget&) = delete;

    // What is taken already stays taken, even beyond a smaller limit.
    void set_limit(std::uint64_t limit) { limit_ = limit; }
    [[nodiscard]] std::uint64_t limit() const { return limit_; }
    [[nodiscard]] std::uint64_t used() const { return used_; }

private:
    friend class EnvelopeShare;
    std::uint64_t limit_;
    std::uint64_t used_ = 0;
};

// What one session has taken; goes back with it.
class EnvelopeShare {
public:
    explicit EnvelopeShare(EnvelopeBudget& budget) : budget_(budget) {}
    EnvelopeShare(const EnvelopeShare&) = delete;
    EnvelopeShare& operator=(const EnvelopeShare&) = delete;
    ~EnvelopeShare() { give_back(); }

    // False: nothing is taken, the recipient has to come later.
    [[nodiscard]] bool take(std::uint64_t bytes);
    // The transaction is over.
    void give_back();
    [[nodiscard]] std::uint64_t taken() const { return taken_; }

private:
    EnvelopeBudget& budget_;
    std::uint64_t taken_ = 0;
};

// Bytes that a recipient may cost from RCPT until its message is on the disk: as it was
// said, as it is handed to the spool, and as the text that is written.
[[nodiscard]] std::uint64_t envelope_cost(const smtp::Rcpt& recipient);

} // namespace session
