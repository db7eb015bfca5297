// SPDX-License-Identifier: Apache-2.0
// audit/store.cc - see the header.
#include "audit/store.h"

#include "audit/refusal.h"
#include "audit/roles.h"
#include "base/clock.h"
#include "base/failure.h"
#include "li/official_time.h"
#include "seal/envelope.h"
#include "text/base64.h"

#include <unistd.h>

namespace audit {

namespace {

constexpr std::size_t person_step = 64; // names of all usual lengths look alike
constexpr std::string_view ourselves = "tkuev-auditd";

std::string time_now()
{
    const std::int64_t now = base::wall_microseconds();
    return li::official(now) + ' ' + std::to_string(now);
}

Texts texts_of(const Entry& entry, std::string sealed_person)
{
    return {{"time", time_now()},
            {"act", entry.act},
            {"outcome", entry.outcome},
            {"reference", entry.reference},
            {"identity", entry.identity},
            {"begin", entry.begin},
            {"end", entry.end},
            {"destination", entry.destination},
            {"detail", entry.detail},
            {"test", entry.test ? "yes" : "no"},
            {"person", std::move(sealed_person)}};
}

Texts grant_texts(std::string_view act, std::string_view user, Role role,
                  std::string_view by)
{
    return {{"time", time_now()},
            {"act", std::string(act)},
            {"user", std::string(user)},
            {"role", std::string(name_of(role))},
            {"by", std::string(by)}};
}

Texts certificate_texts(const std::string& fingerprint)
{
    return {{"time", time_now()}, {"act", "certificate"}, {"fingerprint", fingerprint}};
}

Entry recovery(const std::string& what)
{
    return {.act = "log-recovered", .outcome = "done", .detail = what};
}

std::string first_line_of(const std::string& text)
{
    return text.substr(0, text.find('\n') + 1);
}

void erase(Chain& chain, const std::set<std::uint64_t>& numbers)
{
    for (Record& record : chain.records)
        if (numbers.contains(record.number))
            record.erase();
}

} // namespace

std::string seal_person(std::string_view person, const seal::Certificate& auditors)
{
    std::string padded(person);
    padded.resize((person.size() / person_step + 1) * person_step, ' ');
    return text::base64(seal::envelop(padded, {&auditors, 1}));
}

Store::Store(Places places, Reviewer reviewer)
    : places_(std::move(places)),
      auditors_(seal::Certificate::read(places_.file("reviewer.crt")))
{
    const Locked locked(places_);
    catch_up();
    if (reviewer == Reviewer::known)
        must_know_certificate();
    else if (certificate_ != auditors_.fingerprint())
        note_certificate();
}

// Throws what somebody must look at before anything is written.
Inspection Store::load()
{
    Inspection all = inspect(read_files(places_));
    if (!all.damage.empty())
        throw base::Failure(base::Remedy::fix_data, "audit log: " + all.damage.front() +
                                                        "; see tkuev-audit verify");
    return all;
}

// What we have written or read must still be there, unless an auditor has put the whole log
// aside.
void Store::must_follow(const Inspection& all) const
{
    if (origin_ == Head{})
        return;
    const bool same = all.log.origin == origin_;
    const bool replaced = !same && !all.log.records.empty() &&
                          all.log.records.front().get("act") == "log-replaced";
    if (replaced || (same && all.log.has(heads_.log) && all.grants.has(heads_.grants)))
        return;
    throw base::Failure(base::Remedy::fix_data,
                        "audit log: set back or replaced while we were running");
}

void Store::keep_stamps()
{
    log_stamp_ = stamp_of(places_.file("log"));
    grants_stamp_ = stamp_of(places_.file("grants"));
}

// To be called with the lock.  What somebody else has written we read; what somebody who
// died has left we put right.
void Store::catch_up()
{
    if (log_stamp_.size >= 0 && log_stamp_ == stamp_of(places_.file("log")) &&
        grants_stamp_ == stamp_of(places_.file("grants")))
        return;
    Inspection all = load();
    must_follow(all);
    const bool unfinished = all.unfinished();
    const std::string torn = all.log.torn + all.grants.torn;
    if (!all.log.torn.empty())
        cut_file(places_.file("log"), all.log.sound);
    if (!all.grants.torn.empty())
        cut_file(places_.file("grants"), all.grants.sound);
    origin_ = all.log.origin;
    heads_ = {all.log.head(), all.grants.head()};
    grants_ = std::move(all.grants);
    certificate_ = std::move(all.certificate);
    if (unfinished) {
        write_anchor(places_.anchor, heads_);
        append_entry(recovery(torn.empty() ? "the anchor was one record behind"
                                           : std::to_string(torn.size()) +
                                                 " bytes of an unfinished record removed"),
                     ourselves);
    }
    keep_stamps();
}

// To be called with the lock, before anything is written or told.
void Store::prepare()
{
    catch_up();
    must_know_certificate();
}

void Store::must_know_certificate()
{
    if (certificate_.empty() || certificate_ == auditors_.fingerprint())
        return;
    // An auditor may have begun another log, with a certificate of its own.
    auditors_ = seal::Certificate::read(places_.file("reviewer.crt"));
    if (certificate_ != auditors_.fingerprint())
        throw base::Failure(base::Remedy::fix_data,
                            "audit log: reviewer.crt is not the certificate that it knows; "
                            "tkuev-auditd notes another one when it starts");
}

// The entry first: if we die in between, the next start makes it again, and it stands there
// twice instead of never.
void Store::note_certificate()
{
    if (!certificate_.empty())
        append_entry({.act = "log-certificate",
                      .outcome = "done",
                      .detail = "persons are sealed to " + auditors_.fingerprint()},
                     ourselves);
    append("grants", heads_.grants, certificate_texts(auditors_.fingerprint()));
    // The next call reads it: grants_ does not know it yet, and log_stamp_ is empty.
}

void Store::append(const char* name, Head& head, const Texts& texts)
{
    const Record record = make_record(head, texts);
    const Head before = head;
    log_stamp_ = {}; // until it is known how this ends
    append_line(places_.file(name), encode(record));
    head = record.head();
    try {
        write_anchor(places_.anchor, heads_);
    } catch (...) {
        head = before; // the next call finds the record and the old anchor
        throw;
    }
}

std::uint64_t Store::append_entry(const Entry& entry, std::string_view person)
{
    append("log", heads_.log, texts_of(entry, seal_person(person, auditors_)));
    return heads_.log.number;
}

std::uint64_t Store::note(const Entry& entry, std::string_view person)
{
    const Locked locked(places_);
    prepare();
    const std::uint64_t number = append_entry(entry, person);
    keep_stamps();
    return number;
}

bool Store::has_role(std::string_view user, Role role)
{
    const Locked locked(places_);
    prepare();
    return audit::has_role(grants_, user, role);
}

void Store::change_grant(std::string_view act, std::string_view user, Role role,
                         std::string_view by)
{
    const Locked locked(places_);
    prepare();
    append("grants", heads_.grants, grant_texts(act, user, role, by));
    // The next call reads it: grants_ does not know it yet, and log_stamp_ is empty.
}

Inspection Store::read()
{
    const Locked locked(places_);
    return inspect(read_files(places_));
}

void Store::purge(const Purge& plan, std::string_view person)
{
    const Locked locked(places_);
    prepare();
    Entry entry{.act = "log-purge", .outcome = "intended", .detail = to_text(plan.reach)};
    append_entry(entry, person);
    try {
        erase_texts(plan);
    } catch (const base::Failure& failure) {
        entry.outcome = "failed";
        entry.detail += ", " + why(failure.what());
        append_entry(entry, person);
        throw KnownFailure(failure);
    }
    entry.outcome = "done";
    append_entry(entry, person);
}

// To be called with the lock.
void Store::erase_texts(const Purge& plan)
{
    const Files files = read_files(places_);
    Inspection all = load();
    erase(all.log, plan.log);
    erase(all.grants, plan.grants);
    replace_file(places_.file("log"), encode(first_line_of(files.log), all.log));
    replace_file(places_.file("grants"), encode(first_line_of(files.grants), all.grants));
}

std::string reviewer_fingerprint(const Places& places)
{
    try {
        return seal::Certificate::read(places.file("reviewer.crt")).fingerprint();
    } catch (const base::Failure&) {
        return "";
    }
}

Inspection inspect_all(const Places& places)
{
    Inspection all = inspect(read_files(places));
    compare_with_certificate(all, reviewer_fingerprint(places));
    return all;
}

void create_log(const Places& places, std::string_view certificate, std::string_view name,
                std::string_view grantor, std::string_view by)
{
    const auto auditors = seal::Certificate::parse(certificate, name);
    make_directory(places.directory);
    make_directory(places.anchor.substr(0, places.anchor.rfind('/')));
    const Locked locked(places);
    for (const std::string& file : {places.file("log"), places.anchor})
        if (::access(file.c_str(), F_OK) == 0)
            throw base::Failure(base::Remedy::make_room, file + ": exists already");
    replace_file(places.file("reviewer.crt"), certificate);
    const std::string log = first_line("log");
    std::string grants = first_line("grants");
    const Record first = make_record(parse_chain(grants, "grants").head(),
                                     grant_texts("grant", grantor, Role::grant, by));
    const Record second =
        make_record(first.head(), certificate_texts(auditors.fingerprint()));
    grants += encode(first) + encode(second);
    replace_file(places.file("log"), log);
    replace_file(places.file("grants"), grants);
    replace_file(places.anchor,
                 encode_anchor({parse_chain(log, "log").head(), second.head()}));
}

} // namespace audit
