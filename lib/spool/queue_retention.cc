// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_retention.h"

#include <algorithm>

namespace spool {

namespace {

bool old_enough(const SegmentFacts& segment, const RetentionRules& rules, std::int64_t now)
{
    return rules.retention == 0 || now - segment.changed >= rules.retention;
}

bool worth_emptying(const SegmentFacts& segment, const RetentionRules& rules,
                    std::int64_t now)
{
    // A copy would take the same room, and would be copied again.
    if (segment.single)
        return false;
    const double share =
        static_cast<double>(segment.live_bytes) / static_cast<double>(segment.size);
    return segment.size > 0 && share < rules.carry_forward &&
           now - segment.changed >= rules.carry_after;
}

void remove_what_nobody_wants(const std::vector<const SegmentFacts*>& may_go,
                              const RetentionRules& rules, SegmentPlan& plan)
{
    std::uint64_t wanted = 0;
    for (const SegmentFacts* one : may_go)
        wanted += one->wanted ? one->size : 0;
    for (const SegmentFacts* one : may_go) {
        if (one->wanted && wanted <= rules.journal_backlog)
            continue;
        plan.remove.push_back(one->number);
        if (one->wanted) {
            plan.unread.push_back(one->number);
            wanted -= one->size;
        }
    }
}

} // namespace

SegmentPlan plan_segments(std::span<const SegmentFacts> segments,
                          const RetentionRules& rules, std::int64_t now,
                          std::uint64_t missing)
{
    SegmentPlan plan;
    std::vector<const SegmentFacts*> may_go;
    std::uint64_t total = 0;
    for (const SegmentFacts& segment : segments)
        total += segment.size;
    for (const SegmentFacts& segment : segments) {
        const bool too_much = rules.retention_bytes > 0 && total > rules.retention_bytes;
        const bool finished = segment.live_messages == 0 && segment.results_safe;
        const bool goes = too_much || old_enough(segment, rules, now);
        if (!segment.complete || !(goes || (finished && missing > 0)))
            continue;
        if (finished) {
            may_go.push_back(&segment);
            total -= segment.size;
            missing -= std::min(missing, segment.size);
        } else if (segment.live_messages > 0 && worth_emptying(segment, rules, now)) {
            plan.carry.push_back(segment.number);
        }
    }
    remove_what_nobody_wants(may_go, rules, plan);
    return plan;
}

} // namespace spool
