// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl create, check, extend: orders on their way in.  The audit log hears of the
// attempt before anything is looked up, and of a refusal as of a success.
#include "audit/refusal.h"
#include "base/failure.h"
#include "base/random.h"
#include "by_two.h"
#include "li/measure_text.h"
#include "li/proposal.h"
#include "li/words.h"
#include "office.h"
#include "order_dialogue.h"
#include "order_input.h"
#include "print.h"
#include "seal/digest.h"
#include "terminal.h"
#include "text/lines.h"

#include <algorithm>
#include <iostream>

namespace tkuev {

namespace {

const std::vector<std::string> extension_fields = {
    "legal-basis",       "court",        "file-number", "ordered", "channel", "received",
    "original-received", "order-digest", "end"};

li::Draft draft_of(const Office& office, const OrderInput& input)
{
    li::Draft draft = li::read_order(input.entries, office.rules(), office.now());
    draft.faults.insert(draft.faults.begin(), input.faults.begin(), input.faults.end());
    return draft;
}

// True if there is nobody to ask, or the person says yes.
bool wanted(const Call& call, const li::Measure& measure)
{
    if (call.has("yes") || !on_terminal() || call.get("file") == "-")
        return true;
    print_fields(std::cerr, measure, language());
    const std::string answer =
        ask(std::string(either(language(), "Enter this measure? (yes/no)",
                               "Diese Maßnahme eintragen? (ja/nein)")),
            false);
    return says_yes(text::trim(answer));
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

namespace {

// What a person has filled in, and what is to become of it.
struct Filled {
    li::Draft draft;
    Dialogue::Wish wish;
};

Filled fill_in(Office& office, const Call& call, const Registers& registers, bool confirmed)
{
    const Interruptible interruptible;
    Dialogue dialogue(
        {answer_to, std::cerr, language()}, OrderForm(office.rules(), office.now(), {}),
        [&](const li::Draft& draft) { return office.faults_by(registers, draft); });
    for (const li::Entry& entry : read_options(call).entries)
        dialogue.say(entry);
    auto wish = dialogue.ask_all() ? Dialogue::Wish::enter : Dialogue::Wish::gone;
    if (wish == Dialogue::Wish::enter && confirmed)
        wish = dialogue.confirm([&](const li::Draft& draft) {
            std::vector<li::Fault> faults;
            (void)office.perform(entry_of("measure-check", draft.measure),
                                 [&](const std::string&) -> li::Done {
                                     faults = office.faults_of(draft);
                                     return {};
                                 });
            return faults;
        });
    return {dialogue.form().draft(), wish};
}

// The log hears of it before a question is asked: an answer about what is registered is
// one.
Filled ask_for_order(Office& office, const Call& call, bool confirmed)
{
    Registers registers;
    (void)office.perform(entry_of("measure-check", "questions"),
                         [&](const std::string&) -> li::Done {
                             registers = office.registers();
                             return {};
                         });
    return fill_in(office, call, registers, confirmed);
}

// Notes it, and enters it if there is no fault; `decide` says why not.
int enter(Office& office, const Call& call, li::Draft& draft,
          const std::function<li::Done()>& decide)
{
    li::Measure& measure = draft.measure;
    base::fill_random(measure.handle);
    measure.life.entered = office.now();
    const int status = office.perform(
        entry_of("measure-create", measure), [&](const std::string& person) -> li::Done {
            const std::vector<li::Fault> faults = office.faults_of(draft);
            print_faults(std::cerr, faults, false);
            if (li::has_errors(faults))
                return std::unexpected("cannot create: " + count_of(faults));
            if (li::Done done = decide(); !done)
                return done;
            measure.life.entered_by = mark_of(person, measure);
            office.measures().add(measure);
            return {};
        });
    if (status == exit_done)
        print_result(call, measure, office.now());
    return status;
}

li::Done not_entered()
{
    return std::unexpected("not entered");
}

int create_by_questions(Office& office, const Call& call)
{
    Filled filled = ask_for_order(office, call, !call.has("yes"));
    if (filled.wish == Dialogue::Wish::gone) {
        std::cerr << "\ntkuev-ctl: " << gone_away << '\n';
        return exit_not_wanted;
    }
    const bool dropped = filled.wish == Dialogue::Wish::drop;
    const int status = enter(office, call, filled.draft,
                             [&] { return dropped ? not_entered() : li::Done{}; });
    return dropped ? exit_not_wanted : status;
}

} // namespace

int create(const Call& call)
{
    Office office(call);
    if (asks_for_fields(call))
        return create_by_questions(office, call);
    li::Draft draft = draft_of(office, read_input(call, {}));
    bool refused_by_person = false;
    const int status = enter(office, call, draft, [&] {
        refused_by_person = !wanted(call, draft.measure);
        return refused_by_person ? not_entered() : li::Done{};
    });
    return refused_by_person ? exit_not_wanted : status;
}

int check(const Call& call)
{
    Office office(call);
    li::Draft draft;
    if (asks_for_fields(call)) {
        Filled filled = ask_for_order(office, call, false);
        if (filled.wish == Dialogue::Wish::gone)
            throw audit::GivenUp(gone_away);
        draft = std::move(filled.draft);
    } else {
        draft = draft_of(office, read_input(call, {}));
    }
    bool errors = false;
    const int status = office.perform(entry_of("measure-check", draft.measure),
                                      [&](const std::string&) -> li::Done {
                                          const auto faults = office.faults_of(draft);
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

// What two persons agree on: the new order, not when each of them typed it.
std::string content_of(const li::Measure& extended, const OrderInput& input)
{
    li::Measure order;
    order.orders = {extended.orders.back()};
    if (!says(input, "received"))
        order.orders.front().received = 0;
    return li::to_text(order).order;
}

li::Done prolong(Office& office, li::Measure& measure, const OrderInput& input)
{
    // That a second person agrees must not give the original of an order more time.
    const li::Time came = first_wanted(office, measure, "extend");
    const li::Draft draft = li::read_order(input.entries, office.rules(), came);
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
    // Nobody is asked about a measure that there is not, or without the role.
    if (asks_for_fields(call))
        if (const int status = look_at(call, [](const auto&, li::Time) {});
            status != exit_done)
            return status;
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
