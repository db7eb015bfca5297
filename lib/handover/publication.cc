// SPDX-License-Identifier: Apache-2.0
#include "handover/publication.h"

#include "base/failure.h"
#include "handover/ledger.h"
#include "li/words.h"
#include "tap/match_list.h"

#include <set>
#include <utility>

namespace handover {

namespace {

li::Rules rules_of(const conf::Tkuev& settings)
{
    const std::string& separator = settings.detail_separator;
    return {.fold_case = settings.fold_local_part,
            .detail_separator = separator.empty() ? '\0' : separator[0]};
}

// A certificate that cannot be read costs its measure the content, which nobody may have in
// the clear, and no other measure anything.
tap::Target target_of(Desk& desk, const db::Publication& publication,
                      std::set<li::Handle>& told)
{
    tap::Target target;
    target.measure = publication.handle;
    target.begin = publication.begin;
    target.end = publication.end;
    target.content = publication.scope == li::Scope::iri_and_cc;
    if (publication.certificate.empty())
        return target;
    try {
        target.recipient =
            seal::Certificate::parse(publication.certificate, "authority").der();
        told.erase(publication.handle);
    } catch (const base::Failure& failure) {
        if (told.insert(publication.handle).second)
            desk.say("measure " + li::hex(publication.handle) + ": " + failure.what());
        target.content = false;
    }
    return target;
}

std::vector<tap::Interest> interests_of(Desk& desk,
                                        const std::vector<db::Publication>& publications,
                                        std::set<li::Handle>& told)
{
    std::vector<tap::Interest> all;
    for (const db::Publication& publication : publications) {
        const tap::Target target = target_of(desk, publication, told);
        std::set<std::string_view> names; // an address may be a login as well
        for (const auto& name : publication.names)
            if (names.insert(name.canonical).second)
                all.push_back({name.canonical, target});
    }
    return all;
}

// When the servers were told of a measure for the first time.
void note_first(Desk& desk, const std::vector<db::Publication>& publications,
                std::int64_t now)
{
    for (const db::Publication& publication : publications) {
        const std::string fact = "published/" + li::hex(publication.handle);
        db::HandoverWork work(desk.store);
        if (!work.fact(fact).empty())
            continue;
        work.put_fact(fact, std::to_string(now));
        note(work, publication.handle, now, "published",
             {{"begin", std::to_string(publication.begin)},
              {"end", std::to_string(publication.end)}});
        work.commit();
    }
}

} // namespace

void Publisher::tick(std::int64_t now)
{
    const std::int64_t turn = now / (desk_.tkuev.renewal * li::second);
    if (turn == last_)
        return;
    publish(now);
    last_ = turn;
}

void Publisher::publish(std::int64_t now)
{
    if (!aliases_)
        aliases_ = std::make_unique<db::Aliases>(desk_.settings.general.database,
                                                 rules_of(desk_.tkuev));
    const std::vector<db::Publication> publications =
        db::publications(desk_.measures_db, *aliases_, now);
    tap::publish(desk_.tkuev.spool,
                 tap::make_list(interests_of(desk_, publications, told_),
                                desk_.tkuev.identities, desk_.opener.certificate, now));
    note_first(desk_, publications, now);
}

} // namespace handover
