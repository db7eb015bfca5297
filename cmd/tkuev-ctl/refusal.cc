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
void note_refusal(const std::string& config, const audit::Entry& entry)
{
    try {
        const conf::Settings settings = conf::read_trusted_settings(config);
        (void)audit::Client(settings.tkuev.audit_socket).note(entry);
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
        note_refusal(call.config, audit::refusal_of(act_of(command.name), failure));
        throw;
    }
}

void note_wrong_words(std::string_view command, const std::string& config)
{
    note_refusal(config, audit::usage_refusal_of(act_of(command)));
}

} // namespace tkuev
