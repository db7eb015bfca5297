// SPDX-License-Identifier: Apache-2.0
#include "handover/outages.h"

#include "handover/notices.h"
#include "li/words.h"

#include <fmt/format.h>

#include <sstream>

namespace handover {

namespace {

std::string fact_of(const li::Handle& measure)
{
    return "outage/" + li::hex(measure);
}

std::string told_fact_of(const li::Handle& measure)
{
    return "outage-told/" + li::hex(measure);
}

Outage outage_in(db::HandoverWork& work, const std::string& fact)
{
    Outage outage;
    std::istringstream(work.fact(fact)) >> outage.begin >> outage.recovered;
    return outage;
}

void put_outage(db::HandoverWork& work, const std::string& fact, const Outage& outage)
{
    work.put_fact(fact, fmt::format("{} {}", outage.begin, outage.recovered));
}

void tell_as_it_is(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                   const Outage& outage, std::int64_t now)
{
    li::Disturbance disturbance;
    disturbance.kind = "Ueberwachung gestoert";
    disturbance.effect = "nicht oder nicht vollstaendig ausgefuehrt";
    disturbance.begin = outage.begin;
    disturbance.recovered = outage.recovered;
    add_notice(desk, work, measure,
               {.notice = li::Notice::disturbance, .disturbance = disturbance}, now);
}

} // namespace

Outage last_outage(db::HandoverWork& work, const li::Handle& measure)
{
    return outage_in(work, fact_of(measure));
}

bool is_open(const Outage& outage)
{
    return outage.begin != 0 && outage.recovered == 0;
}

void begin_outage(db::HandoverWork& work, const li::Handle& measure, std::int64_t now)
{
    if (!is_open(last_outage(work, measure)))
        put_outage(work, fact_of(measure), {.begin = now});
}

void end_outage(db::HandoverWork& work, const li::Handle& measure, std::int64_t now)
{
    const Outage outage = last_outage(work, measure);
    if (is_open(outage))
        put_outage(work, fact_of(measure), {.begin = outage.begin, .recovered = now});
}

bool outage_is_untold(db::HandoverWork& work, const li::Handle& measure)
{
    return last_outage(work, measure) != outage_in(work, told_fact_of(measure));
}

void tell_outage(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                 std::int64_t now)
{
    const Outage outage = last_outage(work, measure.handle);
    const Outage told = outage_in(work, told_fact_of(measure.handle));
    if (outage == told)
        return;
    if (outage.begin != told.begin)
        tell_as_it_is(desk, work, measure, {.begin = outage.begin}, now);
    if (!is_open(outage))
        tell_as_it_is(desk, work, measure, outage, now);
    put_outage(work, told_fact_of(measure.handle), outage);
}

} // namespace handover
