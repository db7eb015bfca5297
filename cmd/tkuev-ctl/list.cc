// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl list, show: reading.  Noted in the audit log like everything else.
#include "base/failure.h"
#include "li/words.h"
#include "office.h"
#include "print.h"
#include "text/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace tkuev {

namespace {

std::string first_identity(const li::Measure& measure)
{
    if (measure.identities.empty())
        return {};
    const std::size_t more = measure.identities.size() - 1;
    return measure.identities.front().entered +
           (more == 0 ? "" : fmt::format(" (+{})", more));
}

void print_row(const li::Measure& measure, li::Time now)
{
    std::cout << fmt::format("{}  {:<21}  {:<25}  {}  {}  {}{}{}{}\n", short_name(measure),
                             li::name(li::state_at(measure, now)), measure.reference,
                             li::official(li::begin_of(measure)),
                             li::official(li::end_of(measure)), first_identity(measure),
                             measure.test ? "  test" : "",
                             li::provisional(measure) ? "  provisional" : "",
                             measure.life.forgotten != 0 ? "  forgotten" : "");
}

} // namespace

int list(const Call& call)
{
    Office office(call);
    const auto state = li::named<li::State>(call.get("state"));
    if (call.has("state") && !state)
        throw base::Failure(base::Remedy::fix_arguments,
                            "--state: must be one of: " + li::names<li::State>());
    return office.perform(
        entry_of("measure-list", ""), [&](const std::string&) -> li::Done {
            std::string json;
            for (const li::Measure& measure : office.all()) {
                if (state && li::state_at(measure, office.now()) != *state)
                    continue;
                if (!call.has("json"))
                    print_row(measure, office.now());
                json += (json.empty() ? "" : ",") + json_of(measure, office.now());
            }
            if (call.has("json"))
                std::cout << '[' << json << "]\n";
            return {};
        });
}

int look_at(const Call& call, const Look& look)
{
    Office office(call);
    audit::Entry entry = entry_of("measure-show", "no such measure");
    std::optional<db::StoredMeasure> stored;
    std::string trouble;
    try {
        stored = office.find(call.operands.at(0));
        entry = entry_of("measure-show", stored->measure);
    } catch (const base::Failure& failure) {
        trouble = failure.what();
    }
    return office.perform(entry, [&](const std::string&) -> li::Done {
        if (!stored)
            return std::unexpected(trouble);
        look(stored->measure, office.now());
        return {};
    });
}

int show(const Call& call)
{
    return look_at(call, [&](const li::Measure& measure, li::Time now) {
        if (call.has("json"))
            std::cout << json_of(measure, now) << '\n';
        else
            print_measure(std::cout, measure, now);
    });
}

} // namespace tkuev
