// SPDX-License-Identifier: Apache-2.0
#include "refusal.h"

#include "audit/client.h"
#include "audit/refusal.h"

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

// Nothing has happened, and nothing will: without a log it stays at that.
void note_refusal(const Call& call, std::string_view command, base::Remedy remedy)
{
    try {
        const conf::Settings settings = conf::read_trusted_settings(call.config);
        const audit::Client log(settings.tkuev.audit_socket);
        (void)log.note(audit::refusal_of(act_of(command), remedy));
    } catch (const base::Failure&) { // no configuration, no log
    }
}

} // namespace

int run_noted(const conf::Command& command, const Call& call)
{
    try {
        return command.run(call);
    } catch (const audit::KnownFailure&) {
        throw;
    } catch (const base::Failure& failure) {
        note_refusal(call, command.name, failure.remedy());
        throw;
    }
}

} // namespace tkuev
