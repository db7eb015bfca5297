// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl rehearse: sessions of a test account through the gateway that runs, and whether
// all of them, and nothing else, comes out (TKÜV § 23).
//
// Here: who takes part, what is refused, and the report.
#include "audit/refusal.h"
#include "base/failure.h"
#include "li/words.h"
#include "office.h"
#include "order_input.h"
#include "rehearsal.h"
#include "rehearsal_place.h"
#include "terminal.h"
#include "text/json.h"
#include "text/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>

namespace tkuev {

namespace {

constexpr base::seconds longest_patience{3600};

struct Form {
    std::string password;
    std::string login; // empty: the first of the account
    std::string bystander;
    std::string bystander_password;
    std::string bystander_login;
};

struct FormField {
    const char* name;
    const char* german; // as a question
    std::string Form::* value;
    bool secret;
    bool needed;
};
constexpr FormField form_fields[] = {
    {"password", "Passwort", &Form::password, true, true},
    {"login", "Anmeldename", &Form::login, false, false},
    {"bystander", "Unbeteiligtes Konto", &Form::bystander, false, true},
    {"bystander-password", "Passwort des Unbeteiligten", &Form::bystander_password, true,
     true},
    {"bystander-login", "Anmeldename des Unbeteiligten", &Form::bystander_login, false,
     false},
};

[[noreturn]] void refuse_form(const std::string& why)
{
    throw base::Failure(base::Remedy::fix_data, "cannot rehearse: " + why);
}

void take_file(Form& form, const std::string& name)
{
    for (const conf::Entry& entry : read_secrets(name).entries) {
        const auto* field = std::ranges::find(form_fields, entry.key, &FormField::name);
        if (field == std::end(form_fields))
            refuse_form("unknown field: " + entry.key);
        form.*field->value = entry.value;
    }
}

void refuse_gaps(const Form& form)
{
    for (const FormField& field : form_fields)
        if (field.needed && (form.*field.value).empty())
            refuse_form(std::string(field.name) + " is missing");
}

Form ask_form()
{
    const Interruptible interruptible;
    Form form;
    for (const FormField& field : form_fields) {
        auto answer = answer_to(std::string(either(language(), field.name, field.german)),
                                field.secret);
        if (!answer)
            throw audit::GivenUp("interrupted: nothing was rehearsed / abgebrochen: nichts "
                                 "wurde erprobt");
        form.*field.value = *std::move(answer);
    }
    refuse_gaps(form);
    return form;
}

// Nothing if a person is to be asked.
std::optional<Form> read_form(const Call& call)
{
    if (!call.has("file") && on_terminal())
        return std::nullopt;
    Form form;
    if (call.has("file"))
        take_file(form, call.get("file"));
    refuse_gaps(form);
    return form;
}

const li::TestAccount* find(const std::vector<li::TestAccount>& accounts,
                            const std::string& name)
{
    const auto found = std::ranges::find(accounts, name, &li::TestAccount::name);
    return found == accounts.end() ? nullptr : &*found;
}

// By kind of identity: a login is one that was registered as such, else the mailbox, else
// the address.
Person person_of(const li::TestAccount& account, const std::string& login,
                 const std::string& password)
{
    Person person{.addresses = {}, .login = login, .password = password};
    const auto first = [&](li::Kind kind) {
        const auto it = std::ranges::find(account.identities, kind, &li::Identity::kind);
        return it == account.identities.end() ? std::string() : it->entered;
    };
    for (const li::Identity& identity : account.identities)
        if (identity.kind == li::Kind::address)
            person.addresses.push_back(identity.entered);
    for (const li::Kind kind : {li::Kind::login, li::Kind::mailbox, li::Kind::address})
        if (person.login.empty())
            person.login = first(kind);
    return person;
}

// A measure that may still capture and names one of these.
bool is_watched(std::span<const db::StoredMeasure> measures,
                const std::vector<li::Identity>& identities, li::Time now)
{
    return std::ranges::any_of(measures, [&](const db::StoredMeasure& stored) {
        return li::next_change(stored.measure, now) &&
               std::ranges::any_of(stored.measure.identities, [&](const auto& one) {
                   return std::ranges::find(identities, one.canonical,
                                            &li::Identity::canonical) != identities.end();
               });
    });
}

std::expected<Cast, li::Refusal> cast_of(Office& office,
                                         std::span<const db::StoredMeasure> measures,
                                         const li::Measure& measure, const Form& form)
{
    const auto accounts = office.measures().test_accounts();
    const li::TestAccount* account = find(accounts, measure.test_account);
    const li::TestAccount* bystander = find(accounts, form.bystander);
    if (account == nullptr)
        return std::unexpected("cannot rehearse: its test account is not registered");
    if (bystander == nullptr)
        return std::unexpected("cannot rehearse: the bystander is no test account");
    if (bystander == account)
        return std::unexpected("cannot rehearse: the bystander is the account itself");
    if (is_watched(measures, bystander->identities, office.now()))
        return std::unexpected("cannot rehearse: the bystander is under a measure, too");
    Cast cast{.account = person_of(*account, form.login, form.password),
              .bystander =
                  person_of(*bystander, form.bystander_login, form.bystander_password),
              .all_recipients = measure.all_recipients};
    if (cast.account.addresses.empty() || cast.bystander.addresses.empty())
        return std::unexpected("cannot rehearse: a test account has no address");
    return cast;
}

base::seconds patience_of(const Call& call)
{
    constexpr int usual = 120;
    const auto seconds =
        call.has("patience") ? text::number_in<int>(call.get("patience")) : usual;
    if (!seconds || *seconds < 1 || base::seconds(*seconds) > longest_patience)
        throw base::Failure(base::Remedy::fix_arguments, "--patience: 1 to 3600 seconds");
    return base::seconds(*seconds);
}

li::Done may_be_rehearsed(const li::Measure& measure, li::Time now)
{
    if (!measure.test)
        return std::unexpected("cannot rehearse: the measure is no test measure");
    if (const li::State state = li::state_at(measure, now); state != li::State::active)
        return std::unexpected("cannot rehearse: the measure is " +
                               std::string(li::name(state)));
    if (!li::covers(measure, now))
        return std::unexpected("cannot rehearse: the measure has not begun");
    return {};
}

void print_table(const RehearsalResult& result)
{
    for (const Check& check : result.verdict.checks)
        std::cout << fmt::format(
            "{:<30} {:<23} {:>7}  {}{}{}\n", check.session, check.event,
            check.octets > 0 ? std::to_string(check.octets) : "", name_of(check.result),
            check.why.empty() ? "" : ": ", check.why);
    std::cout << fmt::format(
        "{}, {}; seen by the {}\n", result.verdict.complete ? "complete" : "NOT COMPLETE",
        result.verdict.exclusive ? "exclusive" : "NOT EXCLUSIVE", name_of(result.witness));
}

void print_json(const RehearsalResult& result)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object().member("complete", result.verdict.complete);
    json.member("exclusive", result.verdict.exclusive);
    json.member("witness", name_of(result.witness));
    json.key("checks").begin_array();
    for (const Check& check : result.verdict.checks)
        json.begin_object()
            .member("session", check.session)
            .member("event", check.event)
            .member("octets", check.octets)
            .member("result", name_of(check.result))
            .member("why", check.why)
            .end_object();
    json.end_array().end_object();
    std::cout << out << '\n';
}

// For the audit log and standard error.
std::string summary_of(const Verdict& verdict)
{
    const auto wrong = std::ranges::count_if(verdict.checks, [](const Check& check) {
        return check.result != Check::Result::right;
    });
    return fmt::format("{} of {} checks failed{}{}", wrong, verdict.checks.size(),
                       verdict.complete ? "" : ", not complete",
                       verdict.exclusive ? "" : ", not exclusive");
}

li::Done hold(Office& office, const Call& call, const li::Measure& measure,
              const std::optional<Form>& read)
{
    if (li::Done may = may_be_rehearsed(measure, office.now()); !may)
        return may;
    const Form form = read ? *read : ask_form();
    const auto measures = office.measures().all();
    auto cast = cast_of(office, measures, measure, form);
    if (!cast)
        return std::unexpected(cast.error());
    const RehearsalPlan plan{.cast = *std::move(cast),
                             .gates = gates_of(call, office.all_settings()),
                             .may_receive = has_destination_alone(measures, measure),
                             .patience = patience_of(call)};
    if (!plan.gates.smtp && !plan.gates.submission && !plan.gates.pop3 && !plan.gates.imap)
        return std::unexpected("cannot rehearse: no listener is configured");
    const RehearsalResult result = rehearse_measure(office, measure, plan);
    if (call.has("json"))
        print_json(result);
    else
        print_table(result);
    if (!result.verdict.good())
        throw base::Failure(base::Remedy::fix_data,
                            "rehearsal: " + summary_of(result.verdict));
    return {};
}

} // namespace

// Whom we would only refuse is not asked for passwords.
int rehearse(const Call& call)
{
    Office office(call);
    const std::optional<Form> form = read_form(call);
    const li::Measure measure = office.find(call.operands.at(0)).measure;
    return office.perform(entry_of("measure-rehearse", measure), [&](const std::string&) {
        return hold(office, call, measure, form);
    });
}

} // namespace tkuev
