// SPDX-License-Identifier: Apache-2.0
// list: the queue, one message after the other, oldest first.
//
// Envelopes are read as they are printed: a million messages are not a million strings.
#include "command.h"
#include "owner.h"
#include "print.h"
#include "select.h"

#include <algorithm>
#include <cstdio>

namespace queuectl {

namespace {

void put(const std::string& text)
{
    (void)std::fwrite(text.data(), 1, text.size(), stdout);
}

class Lister {
public:
    Lister(const Call& call, const spool::QueueView& view, spool::Reader& reader)
        : call_(call), view_(view), reader_(reader), active_(active_messages(call))
    {
    }

    void print(const spool::Entry& entry)
    {
        if (call_.ids) {
            put(entry.id().text() + '\n');
            ++messages_;
            return;
        }
        const auto envelope = reader_.envelope(entry.where());
        if (!envelope)
            return; // finished and deleted since the queue was read
        const Item item{entry, *envelope, view_,
                        std::ranges::binary_search(active_, entry.id())};
        if (call_.json)
            put(dump(json_of(item)) + '\n');
        else
            put((messages_ == 0 ? mailq_header() : "\n") + mailq_text(item));
        ++messages_;
        bytes_ += entry.size();
    }

    int end() const
    {
        const bool narrowed = call_.criteria.any() || !call_.operands.empty();
        if (messages_ == 0 && narrowed)
            return exit_no_match;
        if (!call_.json && !call_.ids)
            put((messages_ > 0 ? "\n" : "") + mailq_total(bytes_, messages_));
        return exit_done;
    }

private:
    const Call& call_;
    const spool::QueueView& view_;
    spool::Reader& reader_;
    std::vector<spool::MessageId> active_;
    std::uint64_t messages_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace

int list(const Call& call)
{
    const std::string spool = call.spool_directory();
    const spool::QueueView view(spool);
    spool::Reader reader(spool);
    Lister lister(call, view, reader);
    for (const spool::Entry* const entry : select(call, view, reader))
        lister.print(*entry);
    return lister.end();
}

} // namespace queuectl
