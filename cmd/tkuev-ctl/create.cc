// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl create, check, extend: orders on their way in.  The audit log hears of the
// attempt before anything is looked up, and of a refusal as of a success.
#include "base/failure.h"
#include "base/random.h"
#include "by_two.h"
#include "li/measure_text.h"
#include "li/proposal.h"
#include "li/words.h"
#include "office.h"
#include "order_input.h"
#include "print.h"
#include "seal/digest.h"

#include <algorithm>
#include <iostream>

namespace tkuev {

namespace {

// In the order in which a person reads them from the paper.
const std::vector<std::string> order_questions = {
    "authority", "reference",   "identity", "login",     "mailbox",  "legal-basis",
    "court",     "file-number", "ordered",  "channel",   "received", "order-digest",
    "begin",     "end",         "scope",    "profile",   "method",   "host",
    "port",      "user",        "password", "directory", "test",     "test-account"};

const std::vector<std::string> extension_fields = {
    "legal-basis",       "court",        "file-number", "ordered", "channel", "received",
    "original-received", "order-digest", "end"};

struct Input {
    li::Draft draft;
    bool asked = false;
};

Input read_draft(const Office& office, const Call& call,
                 const std::vector<std::string>& questions)
{
    OrderInput input = read_input(call, questions);
    Input out{.draft = li::read_order(input.entries, office.rules(), office.now()),
              .asked = input.asked};
    std::vector<li::Fault>& faults = out.draft.faults;
    faults.insert(faults.begin(), input.faults.begin(), input.faults.end());
    return out;
}

// True if there is nobody to ask, or the person says yes.
bool wanted(const Call& call, const li::Measure& measure, li::Time now)
{
    if (call.has("yes") || !on_terminal() || call.get("file") == "-")
        return true;
    print_measure(std::cerr, measure, now);
    const std::string answer = ask("Enter this measure? (yes/no)", false);
    return answer == "yes" || answer == "ja" || answer == "y" || answer == "j";
}

std::string count_of(std::span<const li::Fault> faults)
{
    const auto errors =
        std::ranges::count_if(faults, [](const li::Fault& it) { return !it.warning; });
    return std::to_string(errors) + (errors == 1 ? " formal fault" : " formal faults");
}

void print_result(const Call& call, const li::Measure& measure, li::Time now)
{
    std::cout << (call.has("json") ? json_of(measure, now) : li::hex(measure.handle))
              << '\n';
}

} // namespace

int create(const Call& call)
{
    Office office(call);
    Input input = read_draft(office, call, order_questions);
    li::Measure& measure = input.draft.measure;
    base::fill_random(measure.handle);
    measure.life.entered = office.now();
    bool refused_by_person = false;
    const int status = office.perform(
        entry_of("measure-create", measure), [&](const std::string& person) -> li::Done {
            const std::vector<li::Fault> faults = office.faults_of(input.draft);
            print_faults(std::cerr, faults, false);
            if (li::has_errors(faults))
                return std::unexpected("cannot create: " + count_of(faults));
            if (!wanted(call, measure, office.now())) {
                refused_by_person = true;
                return std::unexpected("not entered");
            }
            measure.life.entered_by = mark_of(person, measure);
            office.measures().add(measure);
            return {};
        });
    if (status == exit_done)
        print_result(call, measure, office.now());
    return refused_by_person ? exit_not_wanted : status;
}

int check(const Call& call)
{
    Office office(call);
    const Input input = read_draft(office, call, order_questions);
    bool errors = false;
    const int status = office.perform(entry_of("measure-check", input.draft.measure),
                                      [&](const std::string&) -> li::Done {
                                          const auto faults = office.faults_of(input.draft);
                                          print_faults(std::cout, faults, call.has("json"));
                                          errors = li::has_errors(faults);
                                          return {};
                                      });
    return status == exit_done && errors ? exit_refused : status;
}

namespace {

// An extension has the paper of an order, and nothing else.
std::vector<li::Fault> foreign_fields(const std::vector<li::Entry>& entries)
{
    std::vector<li::Fault> faults;
    for (const li::Entry& entry : entries) {
        const li::Field* field = li::find_field(entry.key);
        if (field != nullptr &&
            std::ranges::find(extension_fields, field->name) == extension_fields.end())
            faults.push_back({entry.key, "does not belong to an extension",
                              "gehört nicht zu einer Verlängerung", false, entry.line});
    }
    return faults;
}

bool says_received(const OrderInput& input)
{
    return std::ranges::any_of(input.entries, [](const li::Entry& entry) {
        const li::Field* field = li::find_field(entry.key);
        return field != nullptr && field->name == "received";
    });
}

// When the order came, unless it says so itself: now, or when the first of two officers had
// it before him.  That the second one agrees must not give its original more time.
li::Time came(const Office& office, const li::Measure& measure)
{
    const li::Proposal* proposal = office.settings().second_person
                                       ? li::open_proposal(measure, "extend", office.now())
                                       : nullptr;
    return proposal != nullptr ? proposal->time : office.now();
}

// What two persons agree on: the new order, not when each of them typed it.
std::string content_of(const li::Measure& extended, const OrderInput& input)
{
    li::Measure order;
    order.orders = {extended.orders.back()};
    if (!says_received(input))
        order.orders.front().received = 0;
    return li::to_text(order).order;
}

li::Done prolong(Office& office, li::Measure& measure, const OrderInput& input)
{
    const li::Draft draft =
        li::read_order(input.entries, office.rules(), came(office, measure));
    std::vector<li::Fault> read = input.faults;
    read.insert(read.end(), draft.faults.begin(), draft.faults.end());
    const std::vector<li::Fault> foreign = foreign_fields(input.entries);
    read.insert(read.end(), foreign.begin(), foreign.end());
    if (li::Done may = li::allowed(measure, li::Act::extend, office.now()); !may)
        return may;
    const li::Order& order = draft.measure.orders.front();
    const li::Time before = li::extended_from(measure, office.now());
    const std::vector<li::Fault> faults =
        li::together(read, li::check_extension(order, before, office.surroundings()));
    print_faults(std::cerr, faults, false);
    if (li::has_errors(faults))
        return std::unexpected("cannot extend: " + count_of(faults));
    return li::extend(measure, office.now(), order);
}

} // namespace

int extend(const Call& call)
{
    const OrderInput input = read_input(call, extension_fields);
    const ByTwo by_two{
        .act = "extend",
        .decide = [&](Office& office,
                      li::Measure& measure) { return prolong(office, measure, input); },
        .content = [&](const li::Measure& wanted) { return content_of(wanted, input); }};
    const auto intended = [&](Office& office, li::Measure& measure) {
        li::Draft draft = li::read_order(input.entries, office.rules(), office.now());
        measure.orders.push_back(std::move(draft.measure.orders.front()));
    };
    return change_by_two(call, by_two, intended);
}

} // namespace tkuev
