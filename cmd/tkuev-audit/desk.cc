// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/desk.cc - see the header.
#include "desk.h"

#include "audit/person.h"
#include "audit/refusal.h"
#include "base/failure.h"
#include "confine/confine.h"

#include <algorithm>
#include <sys/stat.h>

namespace tkuev_audit {

namespace {

audit::Store open_store(const conf::Settings& settings)
{
    become_owner(settings.tkuev.audit);
    return audit::Store(places_of(settings));
}

} // namespace

audit::Places places_of(const conf::Settings& settings)
{
    return {settings.tkuev.audit, settings.tkuev.audit_anchor};
}

void become_owner(const std::string& directory)
{
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0)
        base::fail_errno("open", directory, base::Remedy::fix_config);
    confine::to({.read = {},
                 .write = {},
                 .tidy = {},
                 .user = audit::user_name(status.st_uid),
                 .network = false,
                 .sandbox = false});
}

Desk::Desk(const Call& call, std::string act, std::vector<audit::Role> roles)
    : settings_(conf::read_trusted_settings(call.config)), act_(std::move(act)),
      person_(audit::person_of_self()), store_(open_store(settings_))
{
    const auto held = [this](audit::Role role) { return store_.has_role(person_, role); };
    if (std::ranges::any_of(roles, held))
        return;
    const std::string role(name_of(roles.front()));
    note("refused", "", "role " + role + " is missing");
    throw audit::KnownFailure(base::Failure(base::Remedy::get_permission,
                                            person_ + " has not the role \"" + role + '"'));
}

void Desk::perform(const std::string& reference, const std::string& detail,
                   const std::function<void()>& effect)
{
    note("intended", reference, detail);
    try {
        effect();
        note("done", reference, detail);
    } catch (const base::Failure& failure) {
        note_failure(reference, detail, failure.what());
        throw audit::KnownFailure(failure);
    } catch (const std::exception& error) {
        note_failure(reference, detail, error.what());
        throw;
    }
}

// The failure itself is what must be told, whether or not it can be noted.
void Desk::note_failure(const std::string& reference, const std::string& detail,
                        std::string_view what)
{
    try {
        note("failed", reference, detail + ", " + audit::why(what));
    } catch (const base::Failure&) {
    }
}

void Desk::note(std::string_view outcome, std::string reference, std::string detail)
{
    audit::Entry entry;
    entry.act = act_;
    entry.outcome = outcome;
    entry.reference = std::move(reference);
    entry.detail = std::move(detail);
    store_.note(entry, person_);
}

audit::Inspection Desk::read()
{
    audit::Inspection all = store_.read();
    if (!all.damage.empty())
        throw base::Failure(base::Remedy::fix_data,
                            all.damage.front() + "; see tkuev-audit verify");
    return all;
}

} // namespace tkuev_audit
