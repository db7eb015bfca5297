// SPDX-License-Identifier: Apache-2.0
#include "spool/followed.h"

#include "spool/layout.h"
#include "spool/tail.h"

#include <fcntl.h>

namespace spool {

namespace {

// So often a silent segment is asked whether its writer still lives.
constexpr base::milliseconds lock_interval{200};

} // namespace

bool Followed::open(const std::string& spool, const OnDamaged& damaged)
{
    if (segment_ || stuck_)
        return !stuck_;
    auto opened = open_segment(spool, position_.segment);
    if (!opened) {
        finish(); // deleted; the next listing forgets it
        return false;
    }
    segment_ = std::make_unique<SegmentFile>(std::move(*opened));
    if (segment_->other_version) {
        damaged({position_.segment, 0}, "segment of another version");
        stuck_ = true;
        segment_.reset();
        return false;
    }
    if (segment_->head.number == 0) {
        // No head and no record: just begun, or left so by a crash; nothing was promised.
        std::uint64_t data_end = 0;
        if (segment_state(*segment_, data_end) != SegmentState::open)
            finish();
        segment_.reset();
        return false;
    }
    if (segment_->head_damaged && position_.offset == 0)
        damaged({position_.segment, 0}, "segment head");
    if (position_.offset < segment_->head.first)
        position_.offset = segment_->head.first;
    return true;
}

void Followed::finish()
{
    position_.finished = true;
    segment_.reset();
    tail_.reset();
}

std::optional<std::uint64_t> Followed::durable(const std::string& spool)
{
    if (!tail_)
        tail_.reset(
            ::open(tail_path(spool, position_.segment).c_str(), O_RDONLY | O_CLOEXEC));
    return tail_ ? read_tail(tail_.get()) : std::nullopt;
}

// The mark of a living writer is enough; whether it lives is asked only when it is silent.
std::optional<Followed::Reach> Followed::reach(const std::string& spool)
{
    if (writer_seen_) {
        const auto mark = durable(spool);
        if (mark && *mark > position_.offset)
            return Reach{*mark, Trust::all, false};
    }
    const base::SteadyTime now = base::Steady::now();
    if (writer_seen_ && tail_ && now < try_lock_)
        return std::nullopt;
    try_lock_ = now + lock_interval;
    if (auto found = reach_by_state())
        return found;
    if (writer_seen_)
        return std::nullopt;
    writer_seen_ = true;
    return reach(spool);
}

std::optional<Followed::Reach> Followed::reach_by_state()
{
    std::uint64_t data_end = 0;
    switch (segment_state(*segment_, data_end)) {
    case SegmentState::sealed:
        return Reach{data_end, Trust::all, true};
    case SegmentState::abandoned:
        return Reach{data_end, Trust::checksums, true};
    case SegmentState::open:
        break;
    }
    if (data_end <= position_.offset) // locked, or shared and nothing new
        return std::nullopt;
    return Reach{data_end, Trust::checksums, false};
}

std::size_t Followed::read(const std::string& spool, Window& window, std::size_t most,
                           const OnFound& found, const OnDamaged& damaged)
{
    if (!open(spool, damaged))
        return 0;
    const auto to = reach(spool);
    if (!to)
        return 0;
    // While we look at a shared segment nobody may append: a record is whole in the cache
    // before it is on the disk.
    const bool keep_out = !to->last && to->trust == Trust::checksums;
    if (keep_out && !try_lock_shared(segment_->fd()))
        return 0;
    const std::size_t count = report(*to, window, most, found, damaged);
    if (keep_out && segment_)
        unlock(segment_->fd());
    return count;
}

std::size_t Followed::report(const Reach& to, Window& window, std::size_t most,
                             const OnFound& found, const OnDamaged& damaged)
{
    window.look_at(segment_->fd(), to.limit);
    Scan scan(window, segment_->head);
    Scanned scanned;
    std::size_t count = 0;
    while (count < most) {
        const Scan::Step step = scan.next(position_.offset, to.trust, scanned);
        if (step == Scan::Step::end) {
            if (to.last)
                finish();
            break;
        }
        ++count;
        if (step == Scan::Step::damaged)
            damaged(scanned.where, scanned.why);
        else
            found({scanned.where, scanned.header.message, std::move(scanned.envelope),
                   scanned.where.offset + scanned.header.message_offset()});
    }
    return count;
}

} // namespace spool
