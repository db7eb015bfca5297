// SPDX-License-Identifier: Apache-2.0
// delivery/guard.h - a server that suddenly refuses for ever what it took before must not
// destroy mail.
//
// One for each destination whose route has hold-5xx.  A permanent refusal is not believed
// at once: the message waits a little as a suspect.  When `failures` different messages
// have been refused in a row, the guard trips: all suspects, and what is refused until the
// next success, are held for an operator (queuectl release).  When a message gets through,
// the refusals were about the messages: each suspect is believed when it is refused again.
// So is one that has been a suspect for `patience`.
//
// Memory: at most `failures` suspects, and as many ids of those cleared.
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <vector>

namespace delivery {

class Guard {
public:
    static constexpr std::int64_t patience = 900; // seconds
    static constexpr std::int64_t second_try = 300;

    explicit Guard(std::uint32_t failures) : failures_(failures) {}
    void set_failures(std::uint32_t failures) { failures_ = failures; }

    enum class Verdict : std::uint8_t {
        believe, // it failed: report to the sender
        suspect, // try again in second_try
        tripped, // hold it, and everything take_suspects() names: raise the alarm
        hold,    // tripped before: hold it too
    };
    // `recipients`: those of the message that were refused here, and no others.
    [[nodiscard]] Verdict refused(spool::MessageId id,
                                  std::vector<std::uint32_t> recipients, std::int64_t now);
    void delivered();

    struct Suspect {
        spool::MessageId id;
        std::vector<std::uint32_t> recipients;
        std::int64_t since = 0;
    };
    [[nodiscard]] std::vector<Suspect> take_suspects();
    [[nodiscard]] bool is_tripped() const { return tripped_; }

private:
    std::uint32_t failures_;
    bool tripped_ = false;
    std::vector<Suspect> suspects_;
    std::vector<spool::MessageId> cleared_;
};

} // namespace delivery
