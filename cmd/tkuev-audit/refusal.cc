// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/refusal.cc - see the header.
#include "refusal.h"

#include "audit/person.h"
#include "audit/refusal.h"
#include "desk.h"

namespace tkuev_audit {

namespace {

// Whoever cannot write the log, as there is none or it is not his, has not come near it.
// As root he becomes another by that.
void note_refusal(const std::string& config, const audit::Entry& entry,
                  const std::string& person)
{
    try {
        const conf::Settings settings = conf::read_trusted_settings(config);
        const audit::Places places = places_of(settings);
        become_owner(places.directory);
        audit::Store(places).note(entry, person);
    } catch (const base::Failure&) { // what was refused is told all the same
    }
}

} // namespace

int run_noted(Run run, const Call& call, const std::string& act)
{
    if (run == verify) // which changes nothing
        return run(call);
    const std::string person = audit::person_of_self(); // while he is himself
    return audit::run_noted(
        act, [&] { return run(call); },
        [&](const audit::Entry& entry) { note_refusal(call.config, entry, person); });
}

void note_wrong_words(const std::string& act, const std::string& config)
{
    note_refusal(config,
                 audit::refusal_of(act, base::Failure(base::Remedy::fix_arguments, "")),
                 audit::person_of_self());
}

} // namespace tkuev_audit
