// SPDX-License-Identifier: Apache-2.0
// plan: what would be sent again, kept as a run.
#include "plan.h"

#include "base/clock.h"
#include "base/failure.h"
#include "marks.h"
#include "route.h"
#include "select.h"
#include "sent_before.h"
#include "spool/disk.h"
#include "spool/layout.h"
#include "spool/queue.h"
#include "spool/segments.h"
#include "spool/space.h"
#include "text/address.h"
#include "text/visible.h"
#include "text/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace replayctl {

namespace {

constexpr std::uint32_t default_rate = 100;

Wishes read_wishes(const Call& call)
{
    Wishes wishes{.recipient = call.get("rcpt"),
                  .to = call.get("to"),
                  .to_domain = call.get("to-domain")};
    if (!wishes.to.empty() && !wishes.to_domain.empty())
        throw base::Failure(base::Remedy::fix_arguments,
                            "--to and --to-domain cannot be combined");
    if (call.has("route") && !wishes.to_domain.empty())
        throw base::Failure(base::Remedy::fix_arguments,
                            "--route and --to-domain cannot be combined: each says where");
    const std::string address =
        wishes.to_domain.empty() ? wishes.to : "somebody@" + wishes.to_domain;
    if (!address.empty() && !text::parse_mailbox(address))
        throw base::Failure(base::Remedy::fix_arguments,
                            "not an address: " + text::visible(address));
    return wishes;
}

std::uint64_t bytes_of_log(const std::string& spool)
{
    std::uint64_t bytes = 0;
    std::error_code ignored; // one has just been deleted
    for (const spool::SegmentNumber number : spool::segment_numbers(spool)) {
        const auto size =
            std::filesystem::file_size(spool::segment_path(spool, number), ignored);
        bytes += ignored ? 0 : size;
    }
    return bytes;
}

// What is free before the oldest go (spool/queue_retention.h).
std::uint64_t room_on_disk(const Place& place)
{
    const std::uint64_t kept = place.writer.free_space + place.writer.free_space / 2;
    const auto free = spool::free_bytes(spool::real_disk(), place.spool);
    return free ? *free - std::min(*free, kept) : UINT64_MAX;
}

// Nothing keeps the originals until they are sent, and what is sent again takes room.
void warn_of_little_room(const spool::ReplayPlan& plan, const Place& place)
{
    if (const std::uint64_t room = room_on_disk(place); bytes_of(plan) > room)
        std::cerr << fmt::format(
            "replayctl: {} bytes are left on the disk above free-space and a half: the log "
            "may lose messages before they are sent, and apply may stop before its end\n",
            room);
    if (place.retention_bytes == 0)
        return;
    const std::uint64_t used = std::min(bytes_of_log(place.spool), place.retention_bytes);
    if (bytes_of(plan) <= place.retention_bytes - used)
        return;
    std::cerr << fmt::format("replayctl: {} bytes are left of retention-bytes: the log may "
                             "lose messages before they are sent\n",
                             place.retention_bytes - used);
}

// Where it was asked for it must be there.
std::unique_ptr<Journal> journal_for(const Call& call, const Place& place,
                                     const Criteria& criteria)
{
    if (criteria.of_journal.empty())
        return Journal::if_there(call, place);
    return std::make_unique<Journal>(call, place, criteria.of_journal);
}

// What was said is no slip of the hand that means everybody.
void require_narrow(const Criteria& criteria, bool all)
{
    if (criteria.any() == all)
        throw base::Failure(base::Remedy::fix_arguments,
                            all ? "--all cannot be combined with ids or criteria"
                                : "say which messages: ids, criteria, or --all");
}

// The log, in one pass.
struct Looked {
    std::vector<spool::Found> found; // by id
    spool::ReplayHistory history;
    std::vector<spool::Envelope> copies; // only if they are wanted again
    std::size_t missing = 0;
};

Looked look(const Place& place, const Criteria& criteria, bool again)
{
    Looked looked;
    Missing missing(criteria);
    looked.found = select(place.spool, criteria, {}, [&](const spool::Found& one) {
        missing.see(one);
        if (!again)
            looked.history.add(one.envelope);
        else if (one.envelope.origin == spool::Origin::replay)
            looked.copies.push_back(one.envelope);
    });
    looked.missing = missing.complain();
    if (looked.found.empty())
        explain_nothing(place);
    if (!again)
        add_runs(looked.history, place.spool, spool::replay_names(place.spool));
    return looked;
}

// Also who wants it again gets it once, where a copy of it is on its way.
void add_waiting(Looked& looked, const spool::QueueView& queue)
{
    for (const spool::Envelope& copy : looked.copies)
        for (std::uint32_t i = 0; i < copy.recipients.size(); ++i)
            if (waits(queue, copy.id, i))
                looked.history.add(copy, i);
}

// The queue later than the log: what is not in it now was finished, not yet to come.
Choice choose_of(const std::string& spool, Looked& looked, const Wishes& wishes)
{
    const spool::QueueView queue(spool);
    add_waiting(looked, queue);
    Marks marks(spool);
    return choose(
        looked.found, wishes,
        [&](spool::MessageId id, std::uint32_t i) { return waits(queue, id, i); },
        [&](const spool::Found& one) { return marks.has(one); });
}

} // namespace

std::uint32_t read_rate(const Call& call)
{
    if (!call.has("rate"))
        return default_rate;
    const auto rate = text::number_in<std::uint32_t>(call.get("rate"));
    if (!rate)
        throw base::Failure(base::Remedy::fix_arguments,
                            "--rate is a number of messages a second; 0: no limit");
    return *rate;
}

bool waits(const spool::QueueView& queue, spool::MessageId id, std::uint32_t recipient)
{
    const spool::Entry* const entry = queue.find(id);
    return entry != nullptr && recipient < entry->recipients() && entry->waits(recipient);
}

Planned make_plan(const Call& call, const Place& place)
{
    const Criteria criteria = read_criteria(call);
    require_narrow(criteria, call.has("all"));
    Wishes wishes = read_wishes(call);
    Planned planned;
    planned.plan.rate = read_rate(call);
    planned.plan.made = base::wall_seconds();
    planned.plan.again = call.has("again");
    std::optional<NamedRoute> route;
    if (call.has("route")) {
        route.emplace(call.get("route"), place.database);
        planned.plan.route = route->pattern();
        wishes.mailbox_of = [&](const std::string& address) {
            return route->mailbox_of(address);
        };
    }
    const std::unique_ptr<Journal> journal = journal_for(call, place, criteria);
    Looked looked = look(place, criteria, planned.plan.again);
    planned.missing = looked.missing;
    wishes.has_got = [&](spool::MessageId id, const std::string& address) {
        return looked.history.has(id, address, planned.plan.route);
    };
    if (!criteria.of_journal.empty()) {
        journal->narrow(criteria, looked.found);
        wishes.is_meant = [&](const spool::Envelope& envelope, std::uint32_t i) {
            return is_meant(criteria, journal.get(), envelope, i);
        };
    }
    Choice choice = choose_of(place.spool, looked, wishes);
    planned.plan.items = std::move(choice.items);
    planned.left_out = choice.left_out;
    if (journal && criteria.of_journal.empty())
        planned.known = journal->results_if_readable(looked.found, planned.plan);
    else if (journal)
        planned.known = journal->results_of(looked.found, planned.plan);
    warn_of_little_room(planned.plan, place);
    return planned;
}

int plan(const Call& call)
{
    const Place place = enter(call);
    const Planned planned = make_plan(call, place);
    std::string name;
    if (!planned.plan.items.empty() && !call.has("dry-run")) {
        name = spool::make_replay(place.spool, planned.plan);
        log_made(place.person, name, planned.plan);
    }
    print(call.has("json") ? describe_json(planned, name) : describe(planned, name));
    return exit_status_of(planned);
}

int exit_status_of(const Planned& planned)
{
    return planned.plan.items.empty() || planned.missing > 0 ? exit_no_match : exit_done;
}

} // namespace replayctl
