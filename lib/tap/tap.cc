// SPDX-License-Identifier: Apache-2.0
#include "tap/tap.h"

#include "base/clock.h"
#include "base/failure.h"
#include "seal/digest.h"
#include "tap/layout.h"
#include "tap/outbox.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace tap {

namespace {

// Nobody wakes the thread: when it works has nothing to do with what happens.
constexpr base::milliseconds tick{50};
constexpr std::uint64_t ticks_between_looks = 20; // at the list
constexpr int low_priority = 10;                  // nice(2), of the thread

// Tells one list from the next without reading it.
struct Edition {
    ino_t inode = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const Edition&) const = default;
};

// Session ids begin anew with each process; with this they are unique for good.
std::string random_name()
{
    std::array<std::uint8_t, 8> bytes{};
    seal::fill_random(bytes);
    return seal::hex(bytes);
}

Edition edition_of(const std::string& file)
{
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
        return {};
    return {status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

} // namespace

struct Tap::State {
    explicit State(Options o) : options(std::move(o)), outbox(options) {}

    void run();
    void work(std::unique_lock<std::mutex>& lock);
    void renew();
    [[nodiscard]] std::shared_ptr<const MatchList> current() const;

    Options options;
    std::string name = random_name();
    Outbox outbox;
    Edition edition;

    mutable std::mutex list_mutex;
    std::shared_ptr<const MatchList> list; // null: none has been written yet
    std::atomic<std::uint64_t> generation = 1;

    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable idle;
    std::vector<Submitted> queue;
    std::uint64_t queued_content = 0;
    bool busy = false;
    std::uint64_t rounds = 0; // of the thread, ended
    std::uint64_t wanted = 0;
    bool stopping = false;
    std::jthread thread;
};

std::shared_ptr<const MatchList> Tap::State::current() const
{
    const std::scoped_lock lock(list_mutex);
    return list;
}

// A list that cannot be read leaves the one before in force: each interest in it has its
// own end.
void Tap::State::renew()
{
    const Edition now = edition_of(match_file(options.spool));
    if (now == edition)
        return;
    std::shared_ptr<const MatchList> fresh;
    try {
        fresh = MatchList::read(options.spool);
    } catch (const base::Failure&) {
        return;
    }
    edition = now;
    {
        const std::scoped_lock lock(list_mutex);
        list = std::move(fresh);
    }
    ++generation;
}

// With the lock; without it while something is sealed and written.
void Tap::State::work(std::unique_lock<std::mutex>& lock)
{
    std::vector<Submitted> batch = std::exchange(queue, {});
    queued_content = 0;
    busy = true;
    const bool look = rounds < wanted || rounds % ticks_between_looks == 0;
    lock.unlock();
    if (look)
        renew();
    if (const auto by = current())
        (void)outbox.write(std::move(batch), by->own());
    outbox.expire(base::wall_microseconds());
    lock.lock();
    busy = false;
    ++rounds;
    idle.notify_all();
}

void Tap::State::run()
{
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)),
                        low_priority);
    std::unique_lock lock(mutex);
    while (!stopping) {
        wake.wait_for(lock, tick,
                      [this] { return stopping || !queue.empty() || rounds < wanted; });
        work(lock);
    }
    work(lock);
}

Tap::Tap(Options options) : state_(std::make_unique<State>(std::move(options)))
{
    state_->renew();
    state_->thread = std::jthread([state = state_.get()] { state->run(); });
}

Tap::~Tap()
{
    {
        const std::scoped_lock lock(state_->mutex);
        state_->stopping = true;
    }
    state_->wake.notify_all();
    state_->thread.join();
}

const li::Rules& Tap::rules() const
{
    return state_->options.rules;
}

std::uint64_t Tap::generation() const
{
    return state_->generation;
}

std::vector<Target> Tap::find(std::span<const std::string> canonical) const
{
    std::vector<Target> all;
    const std::shared_ptr<const MatchList> list = state_->current();
    if (!list)
        return all;
    for (const std::string& identity : canonical)
        for (Target& target : list->find(identity))
            if (std::ranges::find(all, target.measure, &Target::measure) == all.end())
                all.push_back(std::move(target));
    return all;
}

std::vector<Target> Tap::interested(std::span<const std::string> canonical,
                                    std::int64_t time) const
{
    std::vector<Target> all = find(canonical);
    std::erase_if(all, [time](const Target& target) { return !target.covers(time); });
    return all;
}

void Tap::submit(li::Event event, std::span<const Target> targets, const Content& content)
{
    if (targets.empty())
        return;
    if (content)
        event.content_octets = content->size();
    const std::uint64_t limit = state_->options.content_bytes;
    const std::scoped_lock lock(state_->mutex);
    for (const Target& target : targets) {
        Submitted record{.event = event, .content = nullptr, .recipient = {}};
        record.event.measure = target.measure;
        record.event.session = state_->name + '-' + event.session;
        if (!target.content) {
            record.event.content_octets = 0;
        } else if (content && state_->queued_content + content->size() > limit) {
            record.event.content_lost = "slow";
        } else if (content) {
            record.content = content;
            record.recipient = target.recipient;
            state_->queued_content += content->size();
        }
        state_->queue.push_back(std::move(record));
    }
}

void Tap::flush()
{
    std::unique_lock lock(state_->mutex);
    const std::uint64_t enough = state_->rounds + (state_->busy ? 2 : 1);
    state_->wanted = std::max(state_->wanted, enough);
    state_->wake.notify_one();
    state_->idle.wait(lock, [this, enough] { return state_->rounds >= enough; });
}

std::span<const Target> Watch::targets(std::int64_t time)
{
    if (tap_ == nullptr)
        return {};
    if (const std::uint64_t now = tap_->generation(); now != seen_) {
        seen_ = now;
        targets_ = tap_->find(identities_);
    }
    if (targets_.empty())
        return {};
    covering_.clear();
    std::ranges::copy_if(targets_, std::back_inserter(covering_),
                         [time](const Target& target) { return target.covers(time); });
    return covering_;
}

} // namespace tap
