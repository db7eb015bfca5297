// SPDX-License-Identifier: Apache-2.0
// tkuev-audit purge - deletes what has been kept long enough (TKÜV § 16 (2), § 17).
#include "base/clock.h"
#include "base/failure.h"
#include "desk.h"
#include "text/json.h"

#include <iostream>

namespace tkuev_audit {

namespace {

void print(const audit::Purge& plan, const Call& call)
{
    if (call.json) {
        std::string out;
        text::JsonWriter json(out);
        json.begin_object()
            .member("deleted", !call.dry_run)
            .member("entries", plan.log.size())
            .member("grants", plan.grants.size());
        json.key("unreported").begin_array();
        for (const std::string& quarter : plan.unreported)
            json.value(quarter);
        json.end_array().end_object();
        std::cout << out << '\n';
        return;
    }
    std::cout << plan.log.size() << " entries and " << plan.grants.size()
              << " changes of grants "
              << (call.dry_run ? "would be deleted\n" : "deleted\n");
    for (const std::string& quarter : plan.unreported)
        std::cout << "entries of " << quarter << " stay: no report has seen them\n";
}

// By a typo what was to be kept would go.
void must_know(const audit::Purge& plan)
{
    if (!plan.unknown.empty())
        throw base::Failure(base::Remedy::fix_arguments,
                            "--keep " + plan.unknown.front() +
                                ": no entry is about such a measure; nothing is deleted");
}

} // namespace

int purge(const Call& call)
{
    Desk desk(call, "log-purge", {audit::Role::review});
    const audit::Purge plan =
        audit::plan_purge(desk.read(), {.now = base::wall_seconds(),
                                        .retention = desk.settings().tkuev.audit_retention,
                                        .references = call.keep});
    must_know(plan);
    if (!call.dry_run && !plan.empty())
        desk.store().purge(plan, desk.person());
    print(plan, call);
    return exit_done;
}

} // namespace tkuev_audit
