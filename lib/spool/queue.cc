// SPDX-License-Identifier: Apache-2.0
#include "spool/queue.h"

#include "base/failure.h"
#include "base/log.h"
#include "spool/aside.h"
#include "spool/layout.h"
#include "spool/queue_state.h"
#include "spool/segments.h"

namespace spool {

namespace {

constexpr base::seconds pause_after_failed_snapshot{60};

QueueFiles prepare(const QueueOptions& options)
{
    QueueFiles files{options.directory};
    files.make_folder();
    return files;
}

} // namespace

Queue::State::State(QueueOptions given)
    : options(std::move(given)), files(prepare(options)), lock(files),
      loaded(load_queue(files, core)),
      results(files, loaded.generation, loaded.good_bytes, options.sync_interval),
      follower(options.directory, core.read_so_far()), damaged(options.directory),
      checkpoints(core.positions),
      keeper(options.directory,
             {options.retention, options.retention_bytes, options.free_space,
              options.carry_forward, options.carry_after},
             options.segment_age,
             JournalWants(options.directory, options.journal_backlog,
                          options.journal_free_space))
{
    remove_queue_leftovers(files, loaded.oldest);
    if (loaded.damaged > 0)
        base::log(base::Level::error, "queue-lines-damaged", "-",
                  {{"file", files.folder()}, {"lines", loaded.damaged}});
}

Queue::Queue(QueueOptions options) : state_(std::make_unique<State>(std::move(options))) {}

Queue::~Queue()
{
    try {
        state_->checkpoint();
        state_->erase_deleted();
        if (state_->results.has_lines())
            write_snapshot();
    } catch (const base::Failure& failure) {
        base::log(base::Level::error, "queue-snapshot-failed", "-",
                  {{"error", failure.what()}});
    }
}

std::size_t Queue::poll_log(std::size_t most,
                            const std::function<void(const Entry&, const Found&)>& fresh)
{
    const auto found = [&](Found&& record) {
        const Entry* entry = nullptr;
        {
            const std::lock_guard guard(state_->mutex);
            entry = state_->core.found(record);
        }
        if (entry == nullptr)
            return;
        state_->checkpoints.add(entry->id());
        fresh(*entry, record);
    };
    const auto damaged = [&](Location where, std::string_view why) {
        base::log(base::Level::error, "record-damaged", MessageId(where).text(),
                  {{"error", why}});
        state_->damaged.add(where.segment);
    };
    const std::size_t count = state_->follower.poll(most, found, damaged);
    if (count < most && !state_->caught_up) {
        state_->caught_up = true;
        state_->core.caught_up();
    }
    if (state_->checkpoints.due())
        state_->checkpoint();
    return count;
}

const Entry* Queue::find(MessageId id) const
{
    return state_->core.table.find(id);
}

std::size_t Queue::size() const
{
    return state_->core.table.size();
}

void Queue::for_each(const std::function<void(const Entry&)>& visit) const
{
    state_->core.table.for_each(visit);
}

std::size_t Queue::parts() const
{
    return state_->core.table.chunks();
}

void Queue::for_each_in(std::size_t part,
                        const std::function<void(const Entry&)>& visit) const
{
    state_->core.table.for_each_in(part, visit);
}

std::string_view Queue::text(TextNumber number) const
{
    return state_->core.table.texts().text(number);
}

TextNumber Queue::number(std::string_view text) const
{
    return state_->core.table.texts().find(one_line(text));
}

bool Queue::unsynced() const
{
    return state_->results.synced() < state_->results.appended();
}

bool Queue::sync()
{
    return state_->results.sync();
}

void Queue::tidy(Writer& writer)
{
    state_->results.retry();
    state_->take_snapshot_result();
    if (!state_->caught_up)
        return;
    state_->damaged.retry();
    state_->checkpoint();
    state_->keeper.erase(state_->core.take_deleted(), state_->results.appended());
    state_->start_snapshot_if_due();
    // "carry" could not be written before the copy, and freeing must not need room.
    if (state_->results.failing())
        return;
    state_->keeper.work(state_->core, state_->follower, state_->results.appended(),
                        state_->results.synced(), state_->damaged, writer,
                        state_->carry_actions());
}

void Queue::shorten_ring(std::shared_ptr<const RingPeriods> periods)
{
    state_->keeper.shorten(std::move(periods));
}

void Queue::write_snapshot()
{
    state_->keeper.wait();
    if (state_->snapshot.valid())
        state_->snapshot.wait();
    state_->take_snapshot_result();
    // Before the log is read to its end the results speak of messages that a snapshot of
    // now would not contain.
    if (!state_->may_note_positions())
        return;
    state_->begin_snapshot().run(state_->core.table, state_->mutex);
}

std::string Queue::control_socket(std::string_view directory)
{
    return run_directory(directory) + "/sendd.sock";
}

// What is new since the last one, so that a start need not read the log again.
void Queue::State::checkpoint()
{
    if (!may_note_positions())
        return;
    const std::string lines = checkpoints.take(core, follower.positions());
    if (!lines.empty())
        write(lines);
}

void Queue::State::erase_deleted()
{
    keeper.erase(core.take_deleted(), results.appended());
    if (results.sync())
        keeper.finish_erasing(follower, results.synced());
}

SnapshotWriter Queue::State::begin_snapshot()
{
    results.begin_generation();
    std::vector<Location> erase = keeper.to_erase();
    erase.insert(erase.end(), core.deleted().begin(), core.deleted().end());
    return {files, results.generation(), core, follower.positions(), std::move(erase)};
}

void Queue::State::take_snapshot_result()
{
    if (!snapshot.valid() ||
        snapshot.wait_for(base::seconds(0)) != std::future_status::ready)
        return;
    try {
        snapshot.get();
    } catch (const base::Failure& failure) {
        next_snapshot = base::Steady::now() + pause_after_failed_snapshot;
        base::log(base::Level::error, "queue-snapshot-failed", "-",
                  {{"error", failure.what()}});
    }
}

void Queue::State::start_snapshot_if_due()
{
    if (snapshot.valid() || keeper.deleting() || !may_note_positions() ||
        results.size() < options.snapshot_bytes || base::Steady::now() < next_snapshot)
        return;
    try {
        auto writer = std::make_shared<SnapshotWriter>(begin_snapshot());
        snapshot = aside([this, writer] { writer->run(core.table, mutex); });
    } catch (const base::Failure& failure) {
        next_snapshot = base::Steady::now() + pause_after_failed_snapshot;
        base::log(base::Level::error, "queue-snapshot-failed", "-",
                  {{"error", failure.what()}});
    }
}

QueueCarrier::Actions Queue::State::carry_actions()
{
    const auto begin = [this](MessageId id, Location where) {
        const Entry* const entry = core.table.find(id);
        if (entry == nullptr || entry->where() != where)
            return false;
        change({.id = id, .what = Change::What::carry});
        return true;
    };
    // Also for a message that is finished by now: its copy is in the log.
    const auto moved = [this](MessageId id, Location where) {
        std::string lines;
        (void)apply(lines, {.id = id, .what = Change::What::moved, .where = where});
        write(lines);
    };
    return {begin, moved, {}};
}

} // namespace spool
