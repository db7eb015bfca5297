// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl redirect: what is captured goes somewhere else from now on - another password,
// another recorder, another profile.  The order stays as it is.
#include "by_two.h"
#include "li/measure_text.h"
#include "li/words.h"
#include "order_input.h"
#include "print.h"

#include <algorithm>
#include <iostream>
#include <iterator>

namespace tkuev {

namespace {

const std::vector<std::string> questions = {
    "profile",  "method",    "host", "port",     "standby",          "user",
    "password", "directory", "mode", "peer-key", "content-elsewhere"};

std::vector<li::Fault> foreign_fields(const std::vector<li::Entry>& entries)
{
    std::vector<li::Fault> faults;
    for (const li::Entry& entry : entries) {
        const li::Field* field = li::find_field(entry.key);
        if (field != nullptr && !field->destination && field->name != "profile")
            faults.push_back({entry.key, "does not belong to a destination",
                              "gehört zu keinem Ziel", false, entry.line});
    }
    return faults;
}

// The measure with its new destination, and all faults on the way.
li::Draft redirected(const Office& office, const li::Measure& measure, OrderInput input)
{
    std::vector<li::Entry>& entries = input.entries;
    if (std::ranges::none_of(entries, [](const li::Entry& entry) {
            const li::Field* field = li::find_field(entry.key);
            return field != nullptr && field->name == "profile";
        }))
        entries.push_back({"", "profile", std::string(li::name(measure.profile)), 0});
    li::Draft draft = li::read_order(entries, office.rules(), office.now());
    const std::vector<li::Fault> foreign = foreign_fields(entries);
    draft.faults.insert(draft.faults.end(), input.faults.begin(), input.faults.end());
    draft.faults.insert(draft.faults.end(), foreign.begin(), foreign.end());
    li::Measure changed = measure;
    changed.profile = draft.measure.profile;
    changed.iri = std::move(draft.measure.iri);
    changed.cc = std::move(draft.measure.cc);
    draft.measure = std::move(changed);
    return draft;
}

// Of what was given here; warnings about the order were said when it was entered.
bool is_of_destination(const li::Fault& fault)
{
    const li::Field* const field = li::find_field(fault.field);
    return !fault.warning || (field != nullptr && field->destination);
}

li::Done move_to(Office& office, li::Measure& measure, const OrderInput& input)
{
    if (!li::next_change(measure, office.now()))
        return std::unexpected("cannot redirect: the measure has ended");
    const li::Draft draft = redirected(office, measure, input);
    std::vector<li::Fault> faults;
    std::ranges::copy_if(office.faults_of(draft), std::back_inserter(faults),
                         is_of_destination);
    print_faults(std::cerr, faults, false);
    if (li::has_errors(faults))
        return std::unexpected("cannot redirect: there are formal faults");
    return li::redirect(measure, office.now(), draft.measure);
}

} // namespace

int redirect(const Call& call)
{
    std::vector<li::Entry> known;
    const auto note = [&](const li::Measure& measure, li::Time) {
        known = {{"", "profile", std::string(li::name(measure.profile)), 0},
                 {"", "scope", std::string(li::name(measure.scope)), 0}};
    };
    if (asks_for_fields(call))
        if (const int status = look_at(call, note); status != exit_done)
            return status;
    const OrderInput input = read_input(call, questions, known);
    const ByTwo by_two{
        .act = "redirect",
        .decide = [&](Office& office,
                      li::Measure& measure) { return move_to(office, measure, input); },
        .content = [](const li::Measure& wanted) { return li::to_text(wanted).delivery; }};
    const auto intended = [&](Office& office, li::Measure& measure) {
        measure = redirected(office, measure, input).measure;
    };
    return change_by_two(call, by_two, intended);
}

} // namespace tkuev
