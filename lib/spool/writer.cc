// SPDX-License-Identifier: Apache-2.0
#include "spool/writer.h"

#include "base/read_at.h"
#include "spool/committer.h"
#include "spool/draft.h"
#include "spool/incoming.h"
#include "spool/layout.h"
#include "spool/space.h"

#include <algorithm>
#include <future>
#include <span>
#include <utility>

namespace spool {

namespace {

constexpr std::size_t carry_at_once = 256u << 10;

void make_directory(Disk& disk, const std::string& path)
{
    if (disk.make_directory(path) != 0 && errno != EEXIST)
        base::fail_errno("mkdir", path, base::Remedy::get_permission);
}

// The names of new directories are durable before anything in them is promised.
void make_directories(Disk& disk, const std::string& spool)
{
    if (::access(spool.c_str(), F_OK) != 0)
        base::fail_errno("open spool", spool, base::Remedy::fix_config);
    make_directory(disk, log_directory(spool));
    make_directory(disk, incoming_directory(spool));
    make_directory(disk, run_directory(spool));
    checked(disk.sync_directory(log_directory(spool)), "sync", log_directory(spool));
    checked(disk.sync_directory(spool), "sync", spool);
}

} // namespace

Draft::Draft(std::unique_ptr<State> state) : state_(std::move(state)) {}
Draft::Draft(Draft&&) noexcept = default;
Draft& Draft::operator=(Draft&&) noexcept = default;
Draft::~Draft() = default;

void Draft::append(std::string_view bytes)
{
    state_->append(bytes);
}

void Draft::append_id()
{
    state_->append_id();
}

std::uint64_t Draft::size() const
{
    return state_->size();
}

struct Writer::State {
    explicit State(WriterOptions o)
        : options(std::move(o)), disk(options.disk ? *options.disk : real_disk()),
          room(std::make_shared<DraftRoom>(disk, options)),
          space(disk, options.directory, options.free_space, options.free_inodes),
          small(disk, options), large(disk, options)
    {
    }

    void commit(Draft draft, Envelope envelope, bool keep_id, CommitDone done);
    Draft copy(const Message& message);

    const WriterOptions options;
    Disk& disk;
    std::shared_ptr<DraftRoom> room;
    mutable Space space;
    Committer small;
    LargeCommitter large;
};

void Writer::State::commit(Draft draft, Envelope envelope, bool keep_id, CommitDone done)
{
    Pending pending;
    pending.draft = std::move(draft.state_);
    pending.envelope = std::move(envelope);
    pending.keep_id = keep_id;
    pending.done = std::move(done);
    if (pending.draft->stream || pending.draft->broken)
        large.add(std::move(pending));
    else
        small.add(std::move(pending));
}

Draft Writer::State::copy(const Message& message)
{
    Draft draft(std::make_unique<Draft::State>(room));
    const std::string name = "message " + message.envelope.id.text();
    std::string bytes(std::min<std::uint64_t>(carry_at_once, message.size), '\0');
    for (std::uint64_t done = 0; done < message.size;) {
        const std::size_t count =
            std::min<std::uint64_t>(bytes.size(), message.size - done);
        const std::size_t got = base::read_at(message.file->get(), message.offset + done,
                                              std::span(bytes.data(), count), name);
        if (got == 0)
            base::fail_errno("read", name, base::Remedy::check_disk, EIO);
        draft.append({bytes.data(), got});
        done += got;
    }
    return draft;
}

Writer::Writer(WriterOptions options)
{
    Disk& disk = options.disk ? *options.disk : real_disk();
    make_directories(disk, options.directory);
    remove_leftovers(disk, options.directory);
    state_ = std::make_unique<State>(std::move(options));
}

Writer::~Writer() = default;

Draft Writer::begin()
{
    return Draft(std::make_unique<Draft::State>(state_->room));
}

void Writer::commit(Draft draft, Envelope envelope, CommitDone done)
{
    state_->commit(std::move(draft), std::move(envelope), false, std::move(done));
}

void Writer::carry(const Message& message, CommitDone done)
{
    state_->commit(state_->copy(message), message.envelope, true, std::move(done));
}

namespace {

// Calls `start` with a callback and waits for it.
template <class Start>
CommitResult wait_for(Start start)
{
    // Shared: the committer may still be inside set_value when we are awake and gone.
    const auto promise = std::make_shared<std::promise<CommitResult>>();
    std::future<CommitResult> result = promise->get_future();
    start([promise](CommitResult answer) { promise->set_value(std::move(answer)); });
    return result.get();
}

} // namespace

CommitResult Writer::commit_and_wait(Draft draft, Envelope envelope)
{
    return wait_for([&](CommitDone done) {
        commit(std::move(draft), std::move(envelope), std::move(done));
    });
}

CommitResult Writer::carry_and_wait(const Message& message)
{
    return wait_for([&](CommitDone done) { carry(message, std::move(done)); });
}

bool Writer::no_space() const
{
    return state_->space.low();
}

} // namespace spool
