// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl activate: arms a measure.  What was in order when it was entered is looked at
// once more: the order may be over, a certificate may have expired, a test account may be
// gone.
#include "clock.h"
#include "office.h"
#include "print.h"

#include <iostream>
#include <sys/timex.h>

namespace tkuev {

bool clock_is_synchronised()
{
    timex clock{};
    return ::adjtimex(&clock) != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
}

namespace {

li::Done arm(Office& office, li::Measure& measure, const std::string& mark)
{
    if (!office.settings().enabled)
        return std::unexpected("cannot activate: [tkuev] is not enabled in sponts.conf");
    if (office.settings().synchronised_clock && !clock_is_synchronised())
        return std::unexpected("cannot activate: the clock is not synchronised");
    if (li::Done may = li::allowed(measure, li::Act::activate, office.now()); !may)
        return may;
    const std::vector<li::Fault> faults = office.faults_of(measure);
    if (li::has_errors(faults)) {
        print_faults(std::cerr, faults, false);
        return std::unexpected("cannot activate: the order has formal faults");
    }
    return li::activate(measure, office.now(), mark);
}

} // namespace

int activate(const Call& call)
{
    return change_measure(call, "measure-activate", arm);
}

} // namespace tkuev
