// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_carry.h"

#include "base/log.h"

#include <algorithm>

namespace spool {

namespace {

constexpr std::uint64_t most_bytes_at_once = 8u << 20;
constexpr std::size_t most_messages_at_once = 500;

std::string_view to_string(ReadError error)
{
    switch (error) {
    case ReadError::gone:
        return "the record is gone";
    case ReadError::torn:
        return "the record is torn";
    case ReadError::damaged:
        return "the record is damaged";
    }
    return "";
}

} // namespace

QueueCarrier::QueueCarrier(const std::string& directory) : reader_(directory) {}

void QueueCarrier::work(Writer& writer, const Actions& actions)
{
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < most_messages_at_once && bytes < most_bytes_at_once; ++i) {
        if (waiting_.empty())
            return;
        const Job job = waiting_.front();
        waiting_.pop_front();
        try {
            bytes += carry(job, writer, actions);
        } catch (const base::Failure& failure) {
            fail(job.id, failure.what(), actions);
            return;
        }
    }
}

// Returns how many bytes were copied.
std::uint64_t QueueCarrier::carry(const Job& job, Writer& writer, const Actions& actions)
{
    // With its checksum: what is copied gets a new one, which would hide the damage.
    const auto message = reader_.open(job.where, true);
    if (!message) {
        gave_up_.insert(job.id);
        base::log(base::Level::error, "carry-forward-failed", job.id.text(),
                  {{"error", to_string(message.error())}});
        return 0;
    }
    if (!actions.begin(job.id, job.where))
        return 0;
    writer.carry(*message, [inbox = inbox_, id = job.id](CommitResult result) {
        const std::lock_guard lock(inbox->mutex);
        inbox->done.push_back({id, std::move(result)});
    });
    in_flight_.insert(job.id);
    return message->size;
}

void QueueCarrier::take_done(const Actions& actions)
{
    std::vector<Done> all;
    {
        const std::lock_guard lock(inbox_->mutex);
        all.swap(inbox_->done);
    }
    for (const Done& done : all) {
        in_flight_.erase(done.id);
        if (done.result)
            actions.moved(done.id, done.result->location);
        else
            fail(done.id, done.result.error().what(), actions);
    }
}

// Disk full, most likely: the old segment stays, and it is tried again later.
void QueueCarrier::fail(MessageId id, std::string_view why, const Actions& actions)
{
    actions.failed();
    waiting_.clear();
    base::log(base::Level::warning, "carry-forward-failed", id.text(), {{"error", why}});
}

} // namespace spool
