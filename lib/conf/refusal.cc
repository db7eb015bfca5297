// SPDX-License-Identifier: Apache-2.0
#include "conf/refusal.h"

#include "audit/client.h"
#include "audit/refusal.h"
#include "conf/read.h"

namespace conf {

namespace {

// Nothing has happened, and nothing will.
void note_refusal(const std::string& config, const audit::Entry& entry)
{
    try {
        const Settings settings = read_trusted_settings(config);
        (void)audit::Client(settings.tkuev.audit_socket).note(entry);
    } catch (const base::Failure&) { // no configuration, no log
    }
}

} // namespace

int run_noted(const std::string& act, const std::string& config,
              const std::function<int()>& run)
{
    return audit::run_noted(
        act, run, [&](const audit::Entry& entry) { note_refusal(config, entry); });
}

void note_wrong_words(const std::string& act, const std::string& config)
{
    note_refusal(config,
                 audit::refusal_of(act, base::Failure(base::Remedy::fix_arguments, "")));
}

} // namespace conf
