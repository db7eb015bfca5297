// SPDX-License-Identifier: Apache-2.0
// show and cat: all that is known of messages, and their bytes.
#include "base/failure.h"
#include "command.h"
#include "owner.h"
#include "print.h"
#include "select.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>
#include <utility>
#include <vector>

namespace queuectl {

namespace {

constexpr std::size_t copy_block = 256u << 10;

// Finds what was asked for, in that order, and says what is not there.
class Finder {
public:
    explicit Finder(const Call& call)
        : view_(call.spool_directory()), reader_(call.spool_directory())
    {
    }

    // Returns the exit status.
    int
    for_each(const std::vector<spool::MessageId>& ids,
             const std::function<void(const spool::Entry&, const spool::Message&)>& visit)
    {
        int status = ids.empty() ? exit_no_match : exit_done;
        for (const spool::MessageId id : ids) {
            const spool::Entry* const entry = view_.find(id);
            if (entry == nullptr) {
                std::cerr << "queuectl: " << id.text() << ": not in the queue\n";
                status = exit_no_match;
                continue;
            }
            const auto message = reader_.open(entry->where());
            if (!message)
                throw base::Failure(base::Remedy::check_disk,
                                    id.text() + ": the log does not have it any more");
            visit(*entry, *message);
        }
        return status;
    }
    [[nodiscard]] const spool::QueueView& view() const { return view_; }

    void copy_to(std::FILE* file, const spool::Message& message)
    {
        for (std::uint64_t at = 0; at < message.size; at += copy_block) {
            const std::string bytes = reader_.read(message, at, copy_block);
            if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size())
                base::fail_errno("write", "standard output");
        }
    }

private:
    spool::QueueView view_;
    spool::Reader reader_;
};

} // namespace

int show(const Call& call)
{
    const std::vector<spool::MessageId> ids = read_ids(call);
    const std::vector<spool::MessageId> active = active_messages(call);
    Finder finder(call);
    bool first = true;
    return finder.for_each(
        ids, [&](const spool::Entry& entry, const spool::Message& message) {
            const Item item{entry, message.envelope, finder.view(),
                            std::ranges::binary_search(active, entry.id())};
            if (!call.json && !std::exchange(first, false))
                std::cout << '\n';
            std::cout << (call.json ? json_of_all(item) : text_of_all(item));
        });
}

int cat(const Call& call)
{
    const std::vector<spool::MessageId> ids = read_ids(call);
    Finder finder(call);
    return finder.for_each(ids, [&](const spool::Entry&, const spool::Message& message) {
        finder.copy_to(stdout, message);
    });
}

} // namespace queuectl
