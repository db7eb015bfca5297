// SPDX-License-Identifier: Apache-2.0
#include "spool/ring_look.h"

#include "spool/layout.h"
#include "spool/scan.h"
#include "spool/segment_file.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace spool {

namespace {

constexpr base::seconds look_again_at_kept{3600};
constexpr base::seconds look_again_at_open{60}; // somebody has it locked for a moment
constexpr std::int64_t second = 1'000'000;
constexpr std::uint64_t step = 64u << 10; // of what was erased, where it is no hole

class Looker {
public:
    Looker(const RingPeriods& periods, std::int64_t now, const RingPart& part)
        : periods_(periods), now_(now), part_(part)
    {
    }

    void look(const SegmentFile& segment, std::uint64_t end)
    {
        fd_ = segment.fd();
        window_.look_at(fd_, end);
        Scan scan(window_, segment.head);
        Scanned record;
        std::uint64_t offset = std::max<std::uint64_t>(part_.from, segment.head.first);
        while (offset < end) {
            if (found_.due.size() == part_.most) {
                found_.end = offset;
                found_.more = true;
                return;
            }
            const Scan::Kind kind = scan.examine(offset, Trust::all, record);
            if (kind == Scan::Kind::sealed)
                break;
            if (kind == Scan::Kind::broken) {
                (void)scan.next(offset, Trust::all, record); // behind it
                continue;
            }
            if (kind == Scan::Kind::record)
                judge(record);
            else if (offset >= part_.clean && has_remains(offset, record.header))
                found_.due.push_back({record.where.offset, {}});
            offset += record.header.size();
        }
        found_.end = end;
    }

    [[nodiscard]] RingLook take() { return std::move(found_); }

private:
    void judge(const Scanned& record)
    {
        const auto period = period_of(record.envelope);
        if (!period)
            return;
        const std::int64_t age =
            std::max(now_ - record.envelope.arrival / second, part_.least_age);
        if (age >= *period)
            found_.due.push_back({record.where.offset, record.envelope.id});
        else
            found_.next = std::min(found_.next, now_ + *period - age);
    }

    [[nodiscard]] std::optional<std::int64_t> period_of(const Envelope& envelope) const
    {
        try {
            return periods_.period_of(envelope);
        } catch (const base::Failure& failure) {
            throw PeriodUnknown(failure);
        }
    }

    // Wherever: a power cut may have kept the zeros of both ends and none between them.
    bool has_remains(std::uint64_t offset, const RecordHeader& header)
    {
        FileRange left{offset + header_size, offset + header.size()};
        while (const auto data = next_data(fd_, left)) {
            for (left.from = data->from; left.from < data->end;) {
                const std::string_view text =
                    window_.bytes(left.from, std::min(data->end - left.from, step));
                if (text.empty())
                    return false;
                if (text.find_first_not_of('\0') != text.npos)
                    return true;
                left.from += text.size();
            }
        }
        return false;
    }

    const RingPeriods& periods_;
    std::int64_t now_;
    const RingPart& part_;
    int fd_ = -1;
    Window window_;
    RingLook found_;
};

bool is_kept(const std::string& directory, SegmentNumber segment)
{
    const std::string path = damaged_path(directory, segment);
    if (::access(path.c_str(), F_OK) == 0)
        return true;
    if (errno != ENOENT && errno != ENOTDIR)
        base::fail_errno("look for", path);
    return false;
}

} // namespace

RingLook look_through(const std::string& directory, const RingPart& part,
                      const RingPeriods& periods, std::int64_t now)
{
    const Follower::Position& to = part.to;
    const auto segment = open_segment(directory, to.segment);
    if (!segment || segment->head.number != to.segment || segment->other_version)
        return {};
    if (is_kept(directory, to.segment))
        return {.due = {}, .again = look_again_at_kept};
    std::uint64_t end = to.offset;
    if (to.finished && segment_state(*segment, end) == SegmentState::open)
        return {.due = {}, .again = look_again_at_open};
    Looker looker(periods, now, part);
    looker.look(*segment, end);
    return looker.take();
}

} // namespace spool
