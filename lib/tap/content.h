// SPDX-License-Identifier: Apache-2.0
// tap/content.h - a message or a part of one, gathered as it passes.
//
// It lies in the tap's arena if there is room for all of it, and else on the heap.
// Gathered by one thread; shared by the measures that want it once it is whole.
#pragma once

#include "li/mail_view.h"
#include "tap/arena.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tap {

class Gathered {
public:
    explicit Gathered(std::shared_ptr<Arena> arena)
        : chain_(std::move(arena), Arena::Use::content)
    {
    }

    void append(std::string_view bytes)
    {
        const std::size_t taken = heap_.empty() ? chain_.append(bytes) : 0;
        if (taken == bytes.size())
            return;
        if (heap_.empty()) { // there is other use for what it had
            chain_.copy_to(heap_);
            chain_ = Arena::Chain();
        }
        heap_ += bytes.substr(taken);
    }
    [[nodiscard]] std::uint64_t size() const { return chain_.size() + heap_.size(); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    void copy_to(std::string& out) const
    {
        chain_.copy_to(out);
        out += heap_;
    }
    [[nodiscard]] std::string text() const
    {
        std::string all;
        all.reserve(size());
        copy_to(all);
        return all;
    }
    // At least the header of a mail, as far as li::view() looks at it; `room` holds it if
    // it does not lie in one piece.
    [[nodiscard]] std::string_view header(std::string& room) const
    {
        if (!heap_.empty())
            return heap_;
        const std::string_view beginning = chain_.beginning();
        if (beginning.size() == size() || beginning.contains("\r\n\r\n"))
            return beginning;
        chain_.copy_to(room, li::header_limit);
        return room;
    }
    // Empty if it lies on the heap.
    [[nodiscard]] const Arena::Chain& in_arena() const { return chain_; }

private:
    Arena::Chain chain_;
    std::string heap_;
};

// Null: none.
using Content = std::shared_ptr<const Gathered>;

} // namespace tap
