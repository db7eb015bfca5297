// SPDX-License-Identifier: Apache-2.0
#include "refusal.h"

#include "conf/refusal.h"

#include <algorithm>
#include <map>
#include <string>

namespace tkuev {

namespace {

// As the entries of those that are not refused call it.
std::string act_of(std::string_view command)
{
    static const std::map<std::string_view, std::string> others = {
        {"init", "state-init"},          {"settle", "measure-expire"},
        {"gaps", "handover-gaps"},       {"receipts", "handover-receipts"},
        {"traffic", "handover-traffic"}, {"notice", "notice"},
    };
    if (const auto other = others.find(command); other != others.end())
        return other->second;
    if (!command.contains(' '))
        return "measure-" + std::string(command);
    std::string act(command);
    std::ranges::replace(act, ' ', '-');
    return act;
}

} // namespace

int run_noted(const conf::Command& command, const Call& call)
{
    return conf::run_noted(act_of(command.name), call.config,
                           [&] { return command.run(call); });
}

void note_wrong_words(std::string_view command, const std::string& config)
{
    conf::note_wrong_words(act_of(command), config);
}

} // namespace tkuev
