// SPDX-License-Identifier: Apache-2.0
// replayctl/own_terms.h - what holds while a run of a user's is sent: it goes to addresses
// that are his, and is as much as a day allows.
//
// Both are looked at before each message: an address may be taken from him, or be made to
// lead to somebody else, in the middle of a run.
#pragma once

#include "base/clock.h"
#include "caller.h"
#include "spool/replay_account.h"
#include "spool/replay_run.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace replayctl {

// So long what was seen of his addresses counts.
inline constexpr base::milliseconds between_looks{1000};

class OwnTerms {
public:
    // Throws Failure (get_permission), now and by may_send(): an address of the plan is not
    // his any more, or keeps no mail.  Both must outlive it.
    OwnTerms(const spool::ReplayFiles& files, const Caller& caller);

    // False: it is more than a day allows.  Otherwise it counts.
    [[nodiscard]] bool may_send(const spool::ReplayItem& next);
    // After such an answer; says when there is more (try_later), or that there never is.
    [[noreturn]] void refuse() const;

private:
    [[nodiscard]] spool::ReplayAmount most() const;
    void look_again();
    void require_own(const std::set<std::string>& his);

    const spool::ReplayFiles& files_;
    const Caller& caller_;
    std::set<std::string> planned_; // in lower case
    base::SteadyTime next_look_;
    std::optional<std::int64_t> free_at_;
};

} // namespace replayctl
