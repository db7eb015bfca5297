// SPDX-License-Identifier: Apache-2.0
// hold, release, retry, requeue, delete, expire: which messages, and what became of them.
#include "base/failure.h"
#include "command.h"
#include "owner.h"
#include "select.h"

#include <algorithm>
#include <iostream>
#include <span>

namespace queuectl {

namespace {

using delivery::ControlAnswer;
using delivery::ControlRequest;
using What = ControlRequest::What;

struct Wording {
    What what;
    const char* done; // "3 messages deleted"
};

// All mail is meant only when that was said.
void check_criteria(const Call& call)
{
    const bool chosen = call.criteria.any() || !call.operands.empty();
    if (chosen && call.all)
        throw base::Failure(base::Remedy::fix_arguments,
                            "--all cannot be combined with queue ids or criteria");
    if (!chosen && !call.all)
        throw base::Failure(base::Remedy::fix_arguments,
                            "say which messages: queue ids, criteria, or --all");
}

// What the command would refuse, or not change, is not meant by criteria: nobody wants to
// hear of each held message that "retry --all" left alone.
Call narrowed(const Call& call, What what)
{
    Call meant = call;
    meant.criteria.not_held = what == What::hold || what == What::retry;
    if (what == What::release && call.operands.empty())
        meant.criteria.held = true;
    return meant;
}

bool spares_active(What what)
{
    return what == What::requeue || what == What::remove || what == What::expire;
}

// Ids alone need no look into the queue: its owner knows.
std::vector<spool::MessageId> meant(const Call& call, What what)
{
    if (!call.criteria.any() && !call.all && !call.dry_run)
        return read_ids(call);
    const std::string spool = call.spool_directory();
    const spool::QueueView view(spool);
    spool::Sweep sweep(spool);
    std::vector<spool::MessageId> active;
    if (call.dry_run && spares_active(what))
        active = active_messages(call);
    std::vector<spool::MessageId> ids;
    for_each_meant(narrowed(call, what), view, sweep, [&](const spool::Entry& entry) {
        if (!std::ranges::binary_search(active, entry.id()))
            ids.push_back(entry.id());
    });
    return ids;
}

void print_count(std::size_t count, const char* verb)
{
    std::cout << count << (count == 1 ? " message " : " messages ") << verb << '\n';
}

void complain(What what, const ControlAnswer& answer)
{
    const std::string id = answer.id.text();
    switch (answer.what) {
    case ControlAnswer::What::unknown:
        std::cerr << "queuectl: " << id << ": not in the queue\n";
        return;
    case ControlAnswer::What::held:
        std::cerr << "queuectl: " << id
                  << (what == What::hold ? ": is held already\n"
                                         : ": is held, release it\n");
        return;
    case ControlAnswer::What::active:
        std::cerr << "queuectl: " << id << ": is being delivered right now, try again\n";
        return;
    case ControlAnswer::What::ok:
    case ControlAnswer::What::end:
    case ControlAnswer::What::error:
        return;
    }
}

std::size_t ask_for(What what, std::span<const spool::MessageId> ids, Owner& owner)
{
    std::size_t changed = 0;
    while (!ids.empty()) {
        const auto some = ids.subspan(0, std::min(ids.size(), delivery::max_control_ids));
        ids = ids.subspan(some.size());
        for (const ControlAnswer& answer :
             owner.ask({what, {some.begin(), some.end()}, {}})) {
            changed += answer.what == ControlAnswer::What::ok ? 1 : 0;
            complain(what, answer);
        }
    }
    return changed;
}

int change(const Call& call, const Wording& wording)
{
    check_criteria(call);
    const std::vector<spool::MessageId> ids = meant(call, wording.what);
    std::size_t count = ids.size();
    if (!call.dry_run && count > 0)
        count = ask_for(wording.what, ids, *find_owner(call));
    print_count(count,
                (std::string(call.dry_run ? "would be " : "") + wording.done).c_str());
    return count > 0 ? exit_done : exit_no_match;
}

} // namespace

int hold(const Call& call)
{
    return change(call, {What::hold, "held"});
}

int release(const Call& call)
{
    return change(call, {What::release, "released"});
}

int retry(const Call& call)
{
    return change(call, {What::retry, "retried now"});
}

int requeue(const Call& call)
{
    return change(call, {What::requeue, "requeued"});
}

int remove(const Call& call)
{
    return change(call, {What::remove, "deleted"});
}

int expire(const Call& call)
{
    return change(call, {What::expire, "expired"});
}

} // namespace queuectl
