// SPDX-License-Identifier: Apache-2.0
// list: the queue, one message after the other, oldest first.
//
// What is printed gathers in one buffer and goes out in large pieces.
#include "base/failure.h"
#include "command.h"
#include "owner.h"
#include "print.h"
#include "select.h"

#include <algorithm>
#include <cstdio>

namespace queuectl {

namespace {

constexpr std::size_t piece = 256u << 10;

class Lister {
public:
    Lister(const Call& call, const spool::QueueView& view, spool::Sweep& sweep)
        : call_(call), view_(view), sweep_(sweep), active_(active_messages(call))
    {
        out_.reserve(2 * piece);
    }

    void print(const spool::Entry& entry)
    {
        if (call_.ids)
            out_.append(entry.id().text()).append(1, '\n');
        else if (!print_all_of(entry))
            return; // finished and deleted since the queue was read
        ++messages_;
        bytes_ += entry.size();
        if (out_.size() >= piece)
            put();
    }

    int end()
    {
        const bool narrowed = call_.criteria.any() || !call_.operands.empty();
        if (messages_ > 0 || !narrowed) {
            if (!call_.json && !call_.ids)
                out_.append(messages_ > 0 ? "\n" : "")
                    .append(MailqPrinter::total(bytes_, messages_));
            put();
            return exit_done;
        }
        return exit_no_match;
    }

private:
    bool print_all_of(const spool::Entry& entry)
    {
        const spool::Envelope* const envelope = sweep_.envelope(entry.where());
        if (envelope == nullptr)
            return false;
        const Item item{entry, *envelope, view_,
                        std::ranges::binary_search(active_, entry.id())};
        if (call_.json) {
            append_json(out_, item);
            return true;
        }
        out_ += messages_ == 0 ? MailqPrinter::header() : "\n";
        mailq_.append(out_, item);
        return true;
    }

    void put()
    {
        if (std::fwrite(out_.data(), 1, out_.size(), stdout) != out_.size())
            base::fail_errno("write", "standard output");
        out_.clear();
    }

    const Call& call_;
    const spool::QueueView& view_;
    spool::Sweep& sweep_;
    std::vector<spool::MessageId> active_;
    MailqPrinter mailq_;
    std::string out_;
    std::uint64_t messages_ = 0;
    std::uint64_t bytes_ = 0;
};

} // namespace

int list(const Call& call)
{
    const std::string spool = call.spool_directory();
    const spool::QueueView view(spool);
    spool::Sweep sweep(spool);
    Lister lister(call, view, sweep);
    for_each_meant(call, view, sweep,
                   [&lister](const spool::Entry& entry) { lister.print(entry); });
    return lister.end();
}

} // namespace queuectl
