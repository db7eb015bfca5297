// SPDX-License-Identifier: Apache-2.0
// show and cat: all that is known of one message, and its bytes.
#include "base/failure.h"
#include "command.h"
#include "owner.h"
#include "print.h"
#include "select.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace queuectl {

namespace {

constexpr std::size_t copy_block = 256u << 10;

// The message that was asked for, or why there is none.
class One {
public:
    explicit One(const Call& call)
        : id_(parse_id(call.operands.front())), view_(call.spool_directory()),
          reader_(call.spool_directory()), entry_(view_.find(id_))
    {
        if (entry_ == nullptr) {
            std::cerr << "queuectl: " << id_.text() << ": not in the queue\n";
            return;
        }
        auto message = reader_.open(entry_->where());
        if (!message)
            throw base::Failure(base::Remedy::check_disk,
                                id_.text() + ": the log does not have it any more");
        message_ = std::move(*message);
    }

    [[nodiscard]] bool found() const { return entry_ != nullptr; }
    [[nodiscard]] Item item(bool active) const
    {
        return {*entry_, message_.envelope, view_, active};
    }
    [[nodiscard]] spool::MessageId id() const { return id_; }

    void copy_to(std::FILE* file)
    {
        for (std::uint64_t at = 0; at < message_.size; at += copy_block) {
            const std::string bytes = reader_.read(message_, at, copy_block);
            if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size())
                base::fail_errno("write", "standard output");
        }
    }

private:
    spool::MessageId id_;
    spool::QueueView view_;
    spool::Reader reader_;
    const spool::Entry* entry_;
    spool::Message message_;
};

} // namespace

int show(const Call& call)
{
    const One one(call);
    if (!one.found())
        return exit_no_match;
    const std::vector<spool::MessageId> active = active_messages(call);
    const Item item = one.item(std::ranges::binary_search(active, one.id()));
    std::cout << (call.json ? json_of_all(item) : text_of_all(item));
    return exit_done;
}

int cat(const Call& call)
{
    One one(call);
    if (!one.found())
        return exit_no_match;
    one.copy_to(stdout);
    return exit_done;
}

} // namespace queuectl
