// SPDX-License-Identifier: Apache-2.0
#include "own_terms.h"

#include "base/failure.h"
#include "db/admin.h"
#include "own_mail.h"
#include "text/lines.h"

#include <fmt/format.h>

namespace replayctl {

namespace {

using base::Failure;
using base::Remedy;

std::set<std::string> addresses_of(const spool::ReplayPlan& plan)
{
    std::set<std::string> all;
    for (const spool::ReplayItem& item : plan.items)
        for (const spool::ReplayRecipient& to : item.recipients)
            all.insert(text::to_lower(to.address));
    return all;
}

} // namespace

OwnTerms::OwnTerms(const spool::ReplayFiles& files, const Caller& caller)
    : files_(files), caller_(caller), planned_(addresses_of(spool::read_replay_plan(files)))
{
    require_own(caller.addresses);
}

void OwnTerms::require_own(const std::set<std::string>& his)
{
    for (const std::string& address : planned_) {
        if (!his.contains(address))
            throw Failure(Remedy::get_permission,
                          fmt::format("{}: {} is no address of yours any more", files_.name,
                                      address));
        if (!keeps_mail(address, caller_.facts))
            throw Failure(Remedy::get_permission,
                          fmt::format("{}: mail to {} is not kept there any more",
                                      files_.name, address));
    }
    next_look_ = base::Steady::now() + between_looks;
}

void OwnTerms::look_again()
{
    const auto today =
        db::addresses_of_system_user(caller_.place.database, caller_.who.name);
    require_own({today.begin(), today.end()});
}

spool::ReplayAmount OwnTerms::most() const
{
    return {caller_.limits.messages_per_day, caller_.limits.bytes_per_day};
}

bool OwnTerms::may_send(const spool::ReplayItem& next)
{
    if (base::Steady::now() >= next_look_)
        look_again();
    const spool::ReplayCharge charge = spool::charge_replay(
        caller_.place.spool, caller_.who.uid, {1, next.size}, most(), base::wall_seconds());
    free_at_ = charge.free_at;
    return charge.noted;
}

void OwnTerms::refuse() const
{
    const std::string limit = fmt::format("{} messages, {} bytes a day are allowed",
                                          most().messages, most().bytes);
    if (!free_at_)
        throw Failure(Remedy::get_permission,
                      fmt::format("{}: a message of {} is larger", limit, files_.name));
    throw Failure(Remedy::try_later, fmt::format("{}: apply {} again from {} on", limit,
                                                 files_.name, base::rfc3339(*free_at_)));
}

} // namespace replayctl
