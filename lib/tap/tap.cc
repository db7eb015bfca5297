// SPDX-License-Identifier: Apache-2.0
#include "tap/tap.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/random.h"
#include "tap/layout.h"
#include "tap/outbox.h"
#include "text/base64.h"

#include <algorithm>
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
    return text::hex(base::random_octets(8));
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
    explicit State(Options o)
        : options(std::move(o)),
          arena(std::make_shared<Arena>(options.memory, options.memory_bytes)),
          outbox(options)
    {
    }

    void run();
    void work(std::unique_lock<std::mutex>& lock);
    void renew();
    [[nodiscard]] bool looks_for_others();
    void adopt(std::vector<Submitted>& batch) const;
    [[nodiscard]] std::unique_ptr<Submitted>
    record_of(li::Event event, const Target& target, const Content& content) const;
    void leave(Submitted& record) const;
    void put(std::unique_ptr<Submitted> record);
    [[nodiscard]] std::shared_ptr<const MatchList> current() const;

    Options options;
    std::string name = random_name();
    std::shared_ptr<Arena> arena;
    Outbox outbox;
    Edition edition;
    bool has_looked_for_others = false;

    mutable std::mutex list_mutex;
    std::shared_ptr<const MatchList> list; // null: none has been written yet
    std::atomic<std::uint64_t> generation = 1;

    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable idle;
    std::vector<std::unique_ptr<Submitted>> queue;
    std::uint64_t queued_content = 0;
    std::uint64_t submitted = 0; // records, ever
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
    const auto submitted_since = std::exchange(queue, {});
    queued_content = 0;
    busy = true;
    const bool look = rounds < wanted || rounds % ticks_between_looks == 0;
    lock.unlock();
    std::vector<Submitted> batch;
    for (const auto& record : submitted_since)
        batch.push_back(std::move(*record));
    if (look)
        renew();
    if (const auto by = current()) {
        if (look && looks_for_others())
            adopt(batch);
        outbox.write(std::move(batch), by->own());
    }
    outbox.expire(base::wall_microseconds());
    lock.lock();
    busy = false;
    ++rounds;
    idle.notify_all();
}

// There may be thousands who serve one connection each, and each look opens the file of
// every one.
bool Tap::State::looks_for_others()
{
    return !std::exchange(has_looked_for_others, true) || !options.serves_one;
}

// In the order in which they were submitted.
void Tap::State::adopt(std::vector<Submitted>& batch) const
{
    for (Arena::Left& left : Arena::adopt(options.memory)) {
        std::vector<Submitted> records;
        for (const Arena::Found& found : left.records)
            if (auto record = decode(found))
                records.push_back(*std::move(record));
        std::ranges::sort(records, {},
                          [](const Submitted& one) { return one.event.tap_number; });
        for (Submitted& record : records) {
            record.left = left.file;
            batch.push_back(std::move(record));
        }
    }
}

void Tap::State::run()
{
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)),
                        low_priority);
    std::unique_lock lock(mutex);
    while (!stopping) {
        wake.wait_for(lock, tick, [this] { return stopping || rounds < wanted; });
        work(lock);
    }
    work(lock);
}

Prepared::Prepared(Target target, std::unique_ptr<Submitted> record)
    : target_(std::move(target)), record_(std::move(record))
{
}

Prepared::Prepared(Prepared&& other) noexcept = default;
Prepared& Prepared::operator=(Prepared&& other) noexcept = default;
Prepared::~Prepared() = default;

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
    if (state_->outbox.waiting()) { // the disk is full: for the next process
        state_->outbox.leave();
        state_->arena->leave();
    }
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

std::shared_ptr<Gathered> Tap::new_content() const
{
    return std::make_shared<Gathered>(state_->arena);
}

// Its place in the queue, and with it its number, comes later.
std::unique_ptr<Submitted> Tap::State::record_of(li::Event event, const Target& target,
                                                 const Content& content) const
{
    event.measure = target.measure;
    event.session = name + '-' + event.session;
    event.tap = name;
    event.content_octets = content && target.content ? content->size() : 0;
    auto record =
        std::make_unique<Submitted>(std::move(event), target.content ? content : nullptr,
                                    target.recipient, Arena::Chain(), nullptr);
    leave(*record);
    return record;
}

// To others, once it is committed.
void Tap::State::leave(Submitted& record) const
{
    record.legacy = Arena::Chain(arena, Arena::Use::record);
    const std::string text = encode(record);
    if (record.legacy.append(text) != text.size())
        record.legacy = {}; // there is other use for what it had
}

// With the lock.
void Tap::State::put(std::unique_ptr<Submitted> record)
{
    Content& content = record->content;
    record->event.tap_number = ++submitted;
    if (content && queued_content + content->size() > options.content_bytes) {
        content = nullptr;
        record->event.content_lost = "slow";
        leave(*record);
    }
    if (content)
        queued_content += content->size();
    record->legacy.rewrite(encode_late(record->event));
    record->legacy.commit(content ? &content->in_arena() : nullptr);
    queue.push_back(std::move(record));
}

void Tap::submit(li::Event event, std::span<const Target> targets, const Content& content)
{
    for (const Target& target : targets) {
        std::unique_ptr<Submitted> record = state_->record_of(event, target, content);
        const std::scoped_lock lock(state_->mutex);
        state_->put(std::move(record));
    }
}

Prepared Tap::prepare(li::Event event, const Target& target, const Content& content) const
{
    return {target, state_->record_of(std::move(event), target, content)};
}

void Tap::submit(Prepared prepared, std::int64_t time, std::string_view queue_id)
{
    if (!prepared.target_.covers(time))
        return;
    prepared.record_->event.time = time;
    prepared.record_->event.queue_id = queue_id;
    const std::scoped_lock lock(state_->mutex);
    state_->put(std::move(prepared.record_));
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
        matched_.clear();
        for (const std::string& who : identities_)
            if (!targets_.empty() && matched_.empty() &&
                !tap_->find(std::span(&who, 1)).empty())
                matched_ = who;
    }
    if (targets_.empty())
        return {};
    covering_.clear();
    std::ranges::copy_if(targets_, std::back_inserter(covering_),
                         [time](const Target& target) { return target.covers(time); });
    return covering_;
}

} // namespace tap
