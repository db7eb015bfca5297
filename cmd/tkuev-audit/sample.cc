// SPDX-License-Identifier: Apache-2.0
// tkuev-audit sample - what the check of a quarter has to look at.
#include "audit/sampling.h"
#include "desk.h"
#include "print.h"
#include "quarter.h"

#include <fmt/format.h>

#include <iostream>

namespace tkuev_audit {

int sample(const Call& call)
{
    Desk desk(call, "log-sample", {audit::Role::review});
    const Persons persons(desk.places(), call.key);
    const audit::Inspection all = desk.read();
    const audit::Sample drawn = draw(all.log, call);
    desk.note("done", drawn.quarter, "seed " + drawn.seed);
    if (!call.json)
        std::cout << fmt::format("# quarter {}, seed {}: {} of {} measures drawn, {} "
                                 "entries of tests, {} suspicious\nREASONS\t{}",
                                 drawn.quarter, drawn.seed, drawn.chosen.size(),
                                 drawn.measures, drawn.tests, drawn.suspicious, columns());
    for (const audit::Sample::Item& item : drawn.items) {
        const audit::Record& record = all.log.records.at(item.number - 1);
        if (call.json)
            std::cout << json_of(record, persons, {.reasons = item.reasons});
        else
            std::cout << fmt::format("{}\t{}", fmt::join(item.reasons, ", "),
                                     line_of(record, persons));
    }
    return exit_done;
}

} // namespace tkuev_audit
