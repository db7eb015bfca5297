// SPDX-License-Identifier: Apache-2.0
// text/passage.h - what goes on to the other side, in order: mostly the very bytes that
// came, now and then our own words instead.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace text {

class Passage {
public:
    // Bytes of the caller's buffer: they live until the passage has been written.
    void pass(std::string_view bytes)
    {
        if (bytes.empty())
            return;
        if (!pieces_.empty() && !pieces_.back().own &&
            pieces_.back().bytes.end() == bytes.begin())
            pieces_.back().bytes = {pieces_.back().bytes.data(),
                                    pieces_.back().bytes.size() + bytes.size()};
        else
            pieces_.push_back({bytes, {}, false});
    }
    void say(std::string words)
    {
        if (!words.empty())
            pieces_.push_back({{}, std::move(words), true});
    }

    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    [[nodiscard]] std::size_t size() const { return pieces_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t index) const
    {
        const Part& part = pieces_[index];
        return part.own ? std::string_view(part.words) : part.bytes;
    }
    void clear() { pieces_.clear(); }

private:
    struct Part {
        std::string_view bytes;
        std::string words;
        bool own = false;
    };
    std::vector<Part> pieces_;
};

} // namespace text
