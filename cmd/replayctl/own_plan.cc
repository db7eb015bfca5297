// SPDX-License-Identifier: Apache-2.0
#include "own_plan.h"

#include "base/clock.h"
#include "base/failure.h"
#include "kept_back.h"
#include "marks.h"
#include "own_mail.h"
#include "select.h"
#include "sending.h"
#include "sent_before.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace replayctl {

namespace {

[[noreturn]] void refuse(const std::string& why)
{
    throw base::Failure(base::Remedy::get_permission, why);
}

// In memory, about.
std::size_t octets_of(const spool::Envelope& envelope)
{
    std::size_t sum = sizeof envelope;
    for (const spool::Recipient& one : envelope.recipients) {
        sum += sizeof one + one.address.size() + one.orcpt.size();
        for (const std::string& address : one.via)
            sum += sizeof address + address.size();
    }
    return sum;
}

// What a user says, and his mail as far as it matches.  Recipients of others match nothing,
// and are not even kept: by how much fits he would learn of them.
struct Search {
    explicit Search(const Call& call, const Caller& caller)
        : at_once(caller.at_once), criteria(read_criteria(call)),
          has_pattern(!criteria.recipient.empty()),
          own(caller.place.spool, caller.facts, caller.addresses,
              std::exchange(criteria.recipient, {}))
    {
    }

    [[nodiscard]] bool is_narrow() const { return criteria.any() || has_pattern; }
    [[nodiscard]] std::vector<spool::Found> run(const std::string& spool,
                                                const Seen& seen = {})
    {
        AtOnce found{.messages = 0, .octets = 0};
        const auto also = [&](spool::Found& one) {
            if (is_interrupted())
                throw base::Failure(base::Remedy::try_later, "interrupted");
            const bool is_own = keep_own_recipients(one);
            if (is_own)
                add(one.envelope, found);
            return is_own;
        };
        return select(spool, criteria, also, seen);
    }
    // Where one of those that were kept stands among all.
    [[nodiscard]] std::uint32_t place(spool::MessageId id, std::uint32_t recipient) const
    {
        return places.at(id).at(recipient);
    }

    // False: there are none.
    bool keep_own_recipients(spool::Found& one)
    {
        std::vector<spool::Recipient>& all = one.envelope.recipients;
        std::vector<std::uint32_t> his;
        for (std::uint32_t i = 0; i < all.size(); ++i)
            if (!own.of(one, i).empty())
                his.push_back(i);
        if (his.empty())
            return false;
        std::vector<spool::Recipient> kept;
        for (const std::uint32_t i : his)
            kept.push_back(std::move(all[i]));
        all = std::move(kept);
        places[one.envelope.id] = std::move(his);
        return true;
    }
    void add(const spool::Envelope& envelope, AtOnce& found) const
    {
        found.octets += octets_of(envelope);
        if (++found.messages > at_once.messages)
            refuse(fmt::format("more than {} messages: say which", at_once.messages));
        if (found.octets > at_once.octets)
            refuse("messages by too many ways to you together: say which");
    }

    AtOnce at_once;
    std::unordered_map<spool::MessageId, std::vector<std::uint32_t>> places;
    Criteria criteria;
    bool has_pattern;
    OwnMail own;
};

// They are copies of what is there.
void erase_replays(std::vector<spool::Found>& found)
{
    std::erase_if(found,
                  [](const spool::Found& one) { return is_sent_again(one.envelope); });
}

void erase_kept_back(std::vector<spool::Found>& found, const KeptBack& kept_back)
{
    std::erase_if(found,
                  [&](const spool::Found& one) { return kept_back.has(one.envelope.id); });
}

std::uint32_t own_rate(const Call& call, const Caller& caller)
{
    const std::uint32_t most = caller.limits.rate;
    const std::uint32_t rate = call.has("rate") ? read_rate(call) : most;
    if (rate == 0 || rate > most)
        refuse(fmt::format("--rate: at most {} messages a second", most));
    return rate;
}

void require_within(const spool::ReplayPlan& plan, const conf::Replay& limits)
{
    std::uint64_t bytes = 0;
    for (const spool::ReplayItem& item : plan.items)
        bytes += item.size;
    if (plan.items.size() > limits.messages_per_day || bytes > limits.bytes_per_day)
        refuse(fmt::format("{} messages of {} bytes, {} of {} bytes a day are allowed: say "
                           "which",
                           plan.items.size(), bytes, limits.messages_per_day,
                           limits.bytes_per_day));
}

// Of others he learns nothing, not even by a message of his that claims to be of their run.
Marks own_marks(const Caller& caller, OwnMail& own)
{
    const auto names = spool::replay_names(caller.place.spool, caller.who);
    return Marks(
        caller.place.spool,
        {.run = [runs = std::set<std::string>(names.begin(), names.end())](
                    const std::string& run) { return runs.contains(run); },
         .message = [&own](const spool::Found& one) { return !own.of(one).empty(); }});
}

} // namespace

std::vector<OwnFound> find_own(const Call& call, const Caller& caller)
{
    Search search(call, caller);
    std::vector<spool::Found> found = search.run(caller.place.spool);
    erase_replays(found);
    const std::string& spool = caller.place.spool;
    erase_kept_back(found, KeptBack(spool, spool::QueueView(spool), search.own));
    put_in_order(search.criteria, found);
    std::vector<OwnFound> all;
    all.reserve(found.size());
    for (spool::Found& one : found) {
        std::vector<std::string> addresses = search.own.of(one);
        all.push_back({std::move(one), std::move(addresses)});
    }
    return all;
}

Planned plan_own(const Call& call, const Caller& caller)
{
    Search search(call, caller);
    if (search.is_narrow() == call.has("all"))
        throw base::Failure(base::Remedy::fix_arguments,
                            call.has("all")
                                ? "--all cannot be combined with ids or criteria"
                                : "say which messages: ids, criteria, or --all");
    Planned planned;
    planned.plan.rate = own_rate(call, caller);
    planned.plan.made = base::wall_seconds();
    planned.plan.owner = caller.who;
    // Of what others have had sent to him he has the mail.
    spool::ReplayHistory history;
    const auto is_his = [&](const spool::Recipient& one) {
        return caller.addresses.contains(text::to_lower(one.address));
    };
    std::vector<spool::Found> found =
        search.run(caller.place.spool, [&](const spool::Found& one) {
            if (is_sent_again(one.envelope) &&
                std::ranges::any_of(one.envelope.recipients, is_his))
                history.add(one.envelope);
        });
    planned.plan.again = call.has("again");
    if (!planned.plan.again)
        add_runs(history, caller.place.spool,
                 spool::replay_names(caller.place.spool, caller.who));
    const spool::QueueView queue(caller.place.spool); // later, as in make_plan()
    erase_kept_back(found, KeptBack(caller.place.spool, queue, search.own));
    Marks marks = own_marks(caller, search.own);
    Choice choice = choose(
        found,
        {.recipient = {},
         .to = {},
         .to_domain = {},
         .leads = [&](const spool::Found& one,
                      std::uint32_t i) { return search.own.of(one, i); },
         .has_got =
             [&](spool::MessageId id, const std::string& address) {
                 return !planned.plan.again && history.has(id, address, {});
             }},
        [&](spool::MessageId id, std::uint32_t i) {
            return waits(queue, id, search.place(id, i));
        },
        [&](const spool::Found& one) { return marks.has(one); });
    for (spool::ReplayItem& item : choice.items)
        for (spool::ReplayRecipient& to : item.recipients)
            to.original = search.place(item.id, to.original);
    planned.plan.items = std::move(choice.items);
    planned.left_out = choice.left_out;
    require_within(planned.plan, caller.limits);
    return planned;
}

std::string keep_own(const Caller& caller, const Planned& planned)
{
    const std::string& spool = caller.place.spool;
    if (spool::replay_names(spool, caller.who).size() >= caller.limits.runs)
        refuse(fmt::format("you have {} runs already: forget one", caller.limits.runs));
    std::string name = spool::make_replay(spool, planned.plan);
    log_made(caller.place.person, name, planned.plan);
    return name;
}

} // namespace replayctl
