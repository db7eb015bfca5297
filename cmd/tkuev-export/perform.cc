// SPDX-License-Identifier: Apache-2.0
#include "perform.h"

#include "audit/refusal.h"
#include "base/failure.h"

namespace tkuev_export {

namespace {

audit::Noted must_be_noted(const audit::Client& log, const audit::Entry& entry)
{
    auto noted = log.note(entry);
    if (noted)
        return *std::move(noted);
    const bool no_role = noted.error().reason == audit::Denial::Reason::no_role;
    throw audit::KnownFailure(
        base::Failure(no_role ? base::Remedy::get_permission : base::Remedy::start_service,
                      noted.error().text));
}

} // namespace

void perform(const audit::Client& log, audit::Entry entry, const Effect& effect)
{
    entry.outcome = "intended";
    const audit::Noted noted = must_be_noted(log, entry);
    entry.detail +=
        (entry.detail.empty() ? "entry=" : " entry=") + std::to_string(noted.number);
    const auto note_failure = [&](std::string_view what) {
        entry.outcome = "failed";
        entry.detail += ' ' + audit::why(what);
        (void)log.note(entry); // the failure itself is what must be told
    };
    try {
        entry.detail += effect(noted.person);
    } catch (const base::Failure& failure) {
        note_failure(failure.what());
        throw audit::KnownFailure(failure);
    } catch (const std::exception& error) {
        note_failure(error.what());
        throw;
    }
    entry.outcome = "done";
    (void)must_be_noted(log, entry);
}

} // namespace tkuev_export
