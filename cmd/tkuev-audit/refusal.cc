// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/refusal.cc - see the header.
#include "refusal.h"

#include "audit/person.h"
#include "audit/refusal.h"
#include "desk.h"

namespace tkuev_audit {

namespace {

// Whoever cannot write the log, as there is none or it is not his, has not come near it.
void note_refusal(const Call& call, const audit::Entry& entry, const std::string& person)
{
    try {
        const conf::Settings settings = conf::read_trusted_settings(call.config);
        const audit::Places places = places_of(settings);
        become_owner(places.directory);
        audit::Store(places).note(entry, person);
    } catch (const base::Failure&) { // what was refused is told all the same
    }
}

} // namespace

int run_noted(int (*run)(const Call&), const Call& call, const std::string& act)
{
    const std::string person = audit::person_of_self(); // as root becomes another
    try {
        return run(call);
    } catch (const audit::KnownFailure&) {
        throw;
    } catch (const base::Failure& failure) {
        if (run != verify) // which changes nothing
            note_refusal(call, audit::refusal_of(act, failure), person);
        throw;
    }
}

} // namespace tkuev_audit
