// SPDX-License-Identifier: Apache-2.0
#include "sent_before.h"

#include "base/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace replayctl {

void add_runs(spool::ReplayHistory& history, const std::string& spool,
              const std::vector<std::string>& names)
{
    for (const std::string& name : names)
        try {
            history.add(spool::read_replay({spool, name}));
        } catch (const base::Failure& failure) {
            if (failure.remedy() != base::Remedy::fix_arguments)
                std::cerr << "replayctl: what the run " << name
                          << " has sent is not known: " << failure.what() << '\n';
        }
}

void refuse_what_others_sent(const spool::ReplayFiles& files, const spool::ReplayPlan& plan,
                             const spool::ReplayResults& results,
                             const std::vector<std::string>& others)
{
    spool::ReplayHistory history;
    std::vector<std::string> names = others;
    std::erase(names, files.name);
    add_runs(history, files.spool, names);
    if (const std::size_t count = left_in(history, plan, results); count > 0)
        throw base::Failure(
            base::Remedy::fix_arguments,
            fmt::format("{}: other runs have sent to {} of its recipients since it was "
                        "planned: plan anew, or say --again and they get it twice",
                        files.name, count));
}

} // namespace replayctl
