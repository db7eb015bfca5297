// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl test-account: accounts made for tests alone and notified to the regulator, the
// only ones that a test measure may name (TKÜV § 23).
#include "base/failure.h"
#include "li/words.h"
#include "office.h"
#include "order_input.h"
#include "print.h"
#include "text/json.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace tkuev {

namespace {

std::string identities_of(const std::vector<li::Identity>& identities)
{
    std::string text;
    for (const li::Identity& identity : identities)
        text += (text.empty() ? "" : ", ") + identity.entered;
    return text;
}

void put(text::JsonWriter& out, const li::TestAccount& account)
{
    out.begin_object();
    out.member("name", account.name).member("registration", account.registration);
    out.member("added", li::official(account.added));
    out.key("identities").begin_array();
    for (const li::Identity& identity : account.identities)
        out.begin_object()
            .member("kind", li::name(identity.kind))
            .member("entered", identity.entered)
            .end_object();
    out.end_array().end_object();
}

li::Done refuse_unsound(const li::TestAccount& account, std::span<const li::Fault> faults)
{
    print_faults(std::cerr, faults, false);
    if (li::has_errors(faults))
        return std::unexpected("cannot add: the fields have faults");
    if (account.identities.empty())
        return std::unexpected("cannot add: identity, login and mailbox are missing");
    if (account.registration.empty())
        return std::unexpected("cannot add: --registration is missing");
    return {};
}

// Tests of it would come to an authority among what it has ordered.
bool is_under_order(Office& office, const li::TestAccount& account)
{
    const auto shares = [&](const li::Identity& identity) {
        return std::ranges::any_of(account.identities, [&](const li::Identity& own) {
            return own.kind == identity.kind && own.canonical == identity.canonical;
        });
    };
    return std::ranges::any_of(office.all(), [&](const li::Measure& measure) {
        return !measure.test && li::next_change(measure, office.now()) &&
               std::ranges::any_of(measure.identities, shares);
    });
}

// A test measure that has not ended has an identity that would not be registered any more.
bool is_needed(Office& office, const li::TestAccount& account)
{
    const auto is_missing = [&](const li::Identity& identity) {
        return std::ranges::none_of(account.identities, [&](const li::Identity& own) {
            return own.kind == identity.kind && own.canonical == identity.canonical;
        });
    };
    return std::ranges::any_of(office.all(), [&](const li::Measure& measure) {
        return measure.test && measure.test_account == account.name &&
               li::next_change(measure, office.now()) &&
               std::ranges::any_of(measure.identities, is_missing);
    });
}

bool in_use(Office& office, const std::string& name)
{
    return std::ranges::any_of(office.measures().all(), [&](const db::StoredMeasure& it) {
        return it.measure.test && it.measure.test_account == name &&
               li::next_change(it.measure, office.now());
    });
}

// Nobody is asked without the role, or while there is no log.
void begin_questions(Office& office)
{
    audit::Entry entry = entry_of("test-account-check", "questions");
    entry.test = true;
    (void)office.perform(entry, [](const std::string&) { return li::Done{}; });
}

} // namespace

int test_account_add(const Call& call)
{
    Office office(call);
    const std::string& name = call.operands.at(0);
    const std::string registration = call.get("registration");
    if (!text::is_utf8(name + registration) || text::has_control(name + registration))
        throw base::Failure(base::Remedy::fix_arguments,
                            "NAME, --registration: hold bytes that are no text");
    if (asks_for_fields(call))
        begin_questions(office);
    const OrderInput input = read_input(call, {"identity", "login", "mailbox"});
    li::Draft draft = li::read_order(input.entries, office.rules(), office.now());
    draft.faults.insert(draft.faults.end(), input.faults.begin(), input.faults.end());
    li::TestAccount account;
    account.name = name;
    account.identities = draft.measure.identities;
    account.registration = registration;
    account.added = office.now();
    audit::Entry entry = entry_of("test-account-add", "account=" + name);
    entry.test = true;
    entry.identity = identities_of(account.identities);
    return office.perform(entry, [&](const std::string&) -> li::Done {
        const auto faults = office.faults_of_account(input.entries, draft);
        if (li::Done sound = refuse_unsound(account, faults); !sound)
            return sound;
        if (is_needed(office, account))
            return std::unexpected("cannot add: a test measure needs an identity that "
                                   "the account would not have any more");
        if (is_under_order(office, account))
            std::cerr << "tkuev-ctl: warning: " << account.name
                      << ": somebody real is under a measure there\n";
        office.measures().put(account);
        return {};
    });
}

int test_account_list(const Call& call)
{
    Office office(call);
    return office.perform(
        entry_of("test-account-list", ""), [&](const std::string&) -> li::Done {
            std::string json;
            text::JsonWriter out(json);
            out.begin_array();
            for (const li::TestAccount& account : office.measures().test_accounts()) {
                put(out, account);
                if (!call.has("json"))
                    std::cout << fmt::format("{:<20}  {}  ({})\n", account.name,
                                             identities_of(account.identities),
                                             account.registration);
            }
            out.end_array();
            if (call.has("json"))
                std::cout << json << '\n';
            return {};
        });
}

int test_account_remove(const Call& call)
{
    Office office(call);
    const std::string& name = call.operands.at(0);
    audit::Entry entry = entry_of("test-account-remove", "account=" + name);
    entry.test = true;
    return office.perform(entry, [&](const std::string&) -> li::Done {
        if (in_use(office, name))
            return std::unexpected("cannot remove: a test measure has not ended");
        if (!office.measures().remove_test_account(name))
            return std::unexpected("there is no such test account");
        return {};
    });
}

} // namespace tkuev
