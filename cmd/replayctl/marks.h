// SPDX-License-Identifier: Apache-2.0
// replayctl/marks.h - which messages are copies of what was sent again.
//
// A replay bears a field in its header (spool/replay_sender.h), and so does what comes back
// of one.  Anybody can write such a field: it is believed if we have that run, or if the
// log has the message that it names.
#pragma once

#include "spool/reader.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace replayctl {

class Marks {
public:
    // What counts of runs and messages that there are: all, if there is no function.
    struct Counts {
        std::function<bool(const std::string& run)> run;
        std::function<bool(const spool::Found& message)> message;
    };
    explicit Marks(const std::string& spool, Counts counts = {})
        : spool_(spool), counts_(std::move(counts)), reader_(spool)
    {
    }

    [[nodiscard]] bool has(const spool::Found& message);
    // Of a header, or its beginning.
    [[nodiscard]] bool stand_in(std::string_view header);

private:
    [[nodiscard]] bool is_ours(std::string_view body);
    [[nodiscard]] bool is_in_log(spool::MessageId id);

    std::string spool_;
    Counts counts_;
    spool::Reader reader_;
    std::optional<std::unordered_set<std::string>> runs_;
    std::optional<std::unordered_set<spool::MessageId>> ids_;
};

} // namespace replayctl
