// SPDX-License-Identifier: Apache-2.0
#include "handover/exporter.h"

#include "base/failure.h"
#include "handover/disc_files.h"
#include "handover/discs.h"
#include "handover/gaps.h"
#include "handover/ledger.h"
#include "handover/notices.h"

#include <fcntl.h>
#include <sys/file.h>
#include <thread>

namespace handover {

namespace {

// Longer than any mail stays in a queue, and any login lasts.
constexpr std::int64_t sessions_are_known_for = 90 * li::day;
constexpr base::milliseconds between_looks{20};
// Content waits for a disc for days.
constexpr base::seconds between_looks_at_discs{1};

} // namespace

Exclusive::Exclusive(const conf::Tkuev& settings)
{
    const std::string path = settings.state + "/exportd.lock";
    lock_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_)
        base::fail_errno("open", path, base::Remedy::fix_config);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
        throw base::Failure(base::Remedy::start_service,
                            "lock " + path + ": another program hands over");
}

Exporter::Exporter(const conf::Settings& settings)
    : exclusive_(settings.tkuev), desk_(settings), publisher_(desk_), intake_(desk_),
      lanes_(desk_)
{
}

template <class Work>
bool Exporter::guarded(std::string_view what, const Work& work)
{
    std::string& known = troubles_[what];
    try {
        const bool done = work();
        known.clear();
        return done;
    } catch (const std::exception& error) {
        const std::string trouble = std::string(what) + ": " + error.what();
        if (trouble != known)
            desk_.say(trouble);
        known = trouble;
        return false;
    }
}

void Exporter::daily(std::int64_t now)
{
    if (now - cleaned_ < li::day)
        return;
    {
        db::HandoverWork work(desk_.store);
        work.forget_cins(now - sessions_are_known_for);
        work.forget_taps(now - sessions_are_known_for);
        work.commit();
    }
    cleaned_ = now;
}

// Once a day, or as soon after that as nobody is at work on a disc.
void Exporter::sweep(std::int64_t now)
{
    if (now - swept_ < li::day)
        return;
    const auto lock = DiscLock::try_take(desk_.places);
    if (!lock)
        return;
    sweep_discs(desk_.store, desk_.places);
    swept_ = now;
}

// A transaction of its own that most have no use for: not in each round.
void Exporter::look_at_discs(std::int64_t now)
{
    if (base::Steady::now() - discs_looked_at_ < between_looks_at_discs)
        return;
    discs_looked_at_ = base::Steady::now();
    guarded("discs", [&] { return destroy_overdue_discs(desk_, now), true; });
}

bool Exporter::tick()
{
    const std::int64_t now = base::wall_microseconds();
    guarded("measures", [&] { return desk_.refresh(); });
    guarded("notices", [&] { return add_notices(desk_, now), true; });
    const bool more = guarded("intake", [&] { return intake_.round(now); });
    guarded("contents", [&] { return destroy_overdue(desk_, now), true; });
    look_at_discs(now);
    guarded("delivery", [&] { return lanes_.tick(), true; });
    if (!more || now - written_ >= li::second) {
        written_ = now;
        guarded("ledger",
                [&] { return write_ledgers(desk_.store, desk_.places.ledgers), true; });
        guarded("forget", [&] { return daily(now), true; });
        guarded("sweep", [&] { return sweep(now), true; });
    }
    return more;
}

void Exporter::stop()
{
    publisher_.stop();
    lanes_.stop();
    guarded("ledger",
            [&] { return write_ledgers(desk_.store, desk_.places.ledgers), true; });
}

void Exporter::once(base::seconds patience)
{
    const base::SteadyTime end = base::Steady::now() + patience;
    start();
    while (base::Steady::now() < end) {
        const bool more = tick();
        if (!more && !intake_.waits() && lanes_.resting())
            break;
        if (!more)
            std::this_thread::sleep_for(between_looks);
    }
    stop();
}

} // namespace handover
