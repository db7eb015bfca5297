// SPDX-License-Identifier: Apache-2.0
#include "spool/queue.h"
#include "spool/queue_core.h"
#include "spool/queue_load.h"

namespace spool {

namespace {

constexpr std::size_t poll_step = 4096;

} // namespace

struct QueueView::State {
    QueueCore core;
};

QueueView::QueueView(std::string directory) : state_(std::make_unique<State>())
{
    const QueueFiles files{directory};
    files.check_spool();
    QueueCore& core = state_->core;
    (void)load_queue(files, core);
    Follower follower(directory, core.read_so_far());
    const auto found = [&](Found&& record) { (void)core.found(record); };
    // The owner reports what is damaged.
    const auto damaged = [](Location, std::string_view) {};
    while (follower.poll(poll_step, found, damaged) == poll_step) {
    }
}

QueueView::~QueueView() = default;

void QueueView::for_each(const std::function<void(const Entry&)>& visit) const
{
    state_->core.table.for_each(visit);
}

const Entry* QueueView::find(MessageId id) const
{
    return state_->core.table.find(id);
}

std::string_view QueueView::text(TextNumber number) const
{
    return state_->core.table.texts().text(number);
}

std::size_t QueueView::size() const
{
    return state_->core.table.size();
}

} // namespace spool
