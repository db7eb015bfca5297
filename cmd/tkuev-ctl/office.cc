// SPDX-License-Identifier: Apache-2.0
#include "office.h"

#include "audit/measure_entry.h"
#include "audit/refusal.h"
#include "base/clock.h"
#include "base/failure.h"
#include "db/directory.h"
#include "handover/desk.h"
#include "li/layout.h"
#include "li/words.h"
#include "seal/digest.h"
#include "seal/keys.h"
#include "text/lines.h"

#include <algorithm>
#include <iostream>

namespace tkuev {

namespace {

constexpr std::size_t shortest_handle = 4; // digits that name a measure

int exit_of(const li::Done& done)
{
    if (!done)
        std::cerr << "tkuev-ctl: " << done.error() << '\n';
    return done ? exit_done : exit_refused;
}

[[noreturn]] void fail(const audit::Denial& denial)
{
    const bool no_role = denial.reason == audit::Denial::Reason::no_role;
    throw audit::KnownFailure(base::Failure(
        no_role ? base::Remedy::get_permission : base::Remedy::start_service, denial.text));
}

std::string mark_of(const std::string& person, const std::string& of_what)
{
    constexpr std::size_t digits = 16;
    return seal::hex(seal::sha256("person/" + of_what + "/" + person)).substr(0, digits);
}

} // namespace

Office::Office(const Call& call)
    : settings_(conf::read_trusted_settings(call.config)), now_(base::wall_microseconds()),
      audit_(settings_.tkuev.audit_socket)
{
}

li::Rules Office::rules() const
{
    const std::string& separator = settings().detail_separator;
    return {.fold_case = settings().fold_local_part,
            .detail_separator = separator.empty() ? '\0' : separator[0]};
}

const seal::Vault& Office::vault()
{
    if (!vault_)
        vault_ = std::make_unique<seal::Vault>(li::vault_key_file(settings().state));
    return *vault_;
}

db::Measures& Office::measures()
{
    if (!measures_)
        measures_ =
            std::make_unique<db::Measures>(li::measures_file(settings().state), vault());
    return *measures_;
}

db::Handover& Office::handover()
{
    if (!handover_)
        handover_ =
            std::make_unique<db::Handover>(handover::places_of(settings()).store, vault());
    return *handover_;
}

audit::Noted Office::note(const audit::Entry& entry) const
{
    auto noted = audit_.note(entry);
    if (!noted)
        fail(noted.error());
    return *std::move(noted);
}

int Office::perform(audit::Entry entry, const Effect& effect, WithoutLog without)
{
    remark_.clear();
    entry.outcome = "intended";
    const auto answer = audit_.note(entry);
    if (!answer && answer.error().reason == audit::Denial::Reason::unreachable &&
        without == WithoutLog::goes_on) {
        std::cerr << "tkuev-ctl: not noted: " << answer.error().text << '\n';
        return exit_of(effect(""));
    }
    if (!answer)
        fail(answer.error());
    const audit::Noted& noted = *answer;
    entry.detail += (entry.detail.empty() ? "entry=" : " entry=") +
                    std::to_string(noted.number); // the one it is the outcome of
    const auto note_failure = [&](const std::string& why) {
        entry.outcome = "failed";
        entry.detail += ' ' + audit::why(why);
        (void)audit_.note(entry); // the failure itself is what must be told
    };
    li::Done done;
    try {
        done = effect(noted.person);
    } catch (const base::Failure& failure) {
        note_failure(failure.what());
        throw audit::KnownFailure(failure);
    } catch (const std::exception& error) {
        note_failure(error.what());
        throw;
    }
    if (!remark_.empty())
        entry.detail += ' ' + remark_;
    entry.outcome = done ? "done" : "refused";
    if (!done)
        entry.detail += ' ' + audit::why(done.error());
    const int status = exit_of(done);
    (void)note(entry);
    return status;
}

db::StoredMeasure Office::find(const std::string& handle)
{
    std::vector<db::StoredMeasure> found;
    if (handle.size() >= shortest_handle)
        for (db::StoredMeasure& stored : measures().all())
            if (li::hex(stored.measure.handle).starts_with(handle))
                found.push_back(std::move(stored));
    if (found.size() == 1)
        return std::move(found.front());
    throw base::Failure(base::Remedy::fix_data, found.empty()
                                                    ? "there is no such measure"
                                                    : "several measures begin like that");
}

std::vector<li::Measure> Office::all()
{
    std::vector<li::Measure> all;
    for (db::StoredMeasure& stored : measures().all())
        all.push_back(std::move(stored.measure));
    std::ranges::sort(all, [](const li::Measure& a, const li::Measure& b) {
        return std::pair(li::begin_of(a), a.handle) < std::pair(li::begin_of(b), b.handle);
    });
    return all;
}

std::optional<li::Authority> Office::authority(const std::string& name)
{
    for (li::Authority& one : measures().authorities())
        if (one.name == name)
            return std::move(one);
    return std::nullopt;
}

std::vector<li::Fault> Office::faults_of(const li::Measure& measure)
{
    return faults_of(li::Draft{.measure = measure, .faults = {}});
}

std::vector<li::Fault> Office::faults_of(const li::Draft& draft)
{
    return faults_among(registers(), all(), draft);
}

Registers Office::registers()
{
    return {.authorities = measures().authorities(),
            .test_accounts = measures().test_accounts()};
}

std::vector<li::Fault> Office::faults_by(const Registers& registers,
                                         const li::Draft& draft) const
{
    return faults_among(registers, {}, draft);
}

std::vector<li::Fault> Office::faults_among(const Registers& registers,
                                            std::span<const li::Measure> others,
                                            const li::Draft& draft) const
{
    db::Directory directory(settings_.general.database);
    const auto its = std::ranges::find(registers.authorities, draft.measure.authority,
                                       &li::Authority::name);
    li::Surroundings around = surroundings();
    around.serves = [&](std::string_view domain) {
        return directory.domain(domain).has_value();
    };
    around.authority = its == registers.authorities.end() ? nullptr : &*its;
    if (around.authority != nullptr)
        around.certificate_ends = end_of_certificate(*its);
    around.has_operator_id = !settings().operator_id.empty();
    around.has_file_prefix = !settings().file_prefix.empty();
    around.others = others;
    around.test_accounts = registers.test_accounts;
    return li::check(draft, around);
}

std::vector<li::Fault> Office::faults_of_account(std::span<const li::Entry> entries,
                                                 const li::Draft& draft) const
{
    db::Directory directory(settings_.general.database);
    li::Surroundings around = surroundings();
    around.serves = [&](std::string_view domain) {
        return directory.domain(domain).has_value();
    };
    return li::check_test_account(entries, draft, around);
}

li::Surroundings Office::surroundings() const
{
    li::Surroundings around;
    around.now = now_;
    return around;
}

li::Time end_of_certificate(const li::Authority& authority)
{
    if (authority.certificate.empty())
        return 0;
    return seal::Certificate::parse(authority.certificate, authority.name).not_after() *
           li::second;
}

audit::Entry entry_of(const std::string& act, const std::string& detail)
{
    audit::Entry entry;
    entry.act = act;
    entry.detail = detail;
    return entry;
}

std::string mark_of(const std::string& person, const li::Measure& measure)
{
    return mark_of(person, li::hex(measure.handle));
}

std::string mark_of(const std::string& person, const li::Authority& authority)
{
    return mark_of(person, "authority/" + authority.name);
}

int change_measure(const Call& call, const std::string& act, const Decision& decide,
                   const Intention& intended)
{
    Office office(call);
    db::StoredMeasure stored;
    try {
        stored = office.find(call.operands.at(0));
    } catch (const base::Failure& failure) {
        return office.perform(entry_of(act, "no such measure"),
                              [&](const std::string&) -> li::Done {
                                  return std::unexpected(std::string(failure.what()));
                              });
    }
    li::Measure noted = stored.measure;
    if (intended)
        intended(office, noted);
    return office.perform(entry_of(act, noted), [&](const std::string& person) -> li::Done {
        const std::string mark = mark_of(person, stored.measure);
        if (li::Done done = decide(office, stored.measure, mark); !done)
            return done;
        office.measures().change(stored);
        return {};
    });
}

std::string text_option(const Call& call, std::string_view name)
{
    std::string text = call.get(name);
    if (!text::is_utf8(text) || text::has_control(text))
        throw base::Failure(base::Remedy::fix_arguments,
                            "--" + std::string(name) + ": holds bytes that are no text");
    return text;
}

li::Time time_option(const Call& call, std::string_view name, li::Time otherwise)
{
    if (!call.has(name))
        return otherwise;
    const auto time = li::parse_time(call.get(name));
    if (!time)
        throw base::Failure(base::Remedy::fix_arguments,
                            "--" + std::string(name) + ": " + time.error().english);
    return *time;
}

} // namespace tkuev
