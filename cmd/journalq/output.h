// SPDX-License-Identifier: Apache-2.0
// journalq/output.h - standard output, in large pieces.
#pragma once

#include "base/failure.h"

#include <cstdio>
#include <string>

namespace journalq {

class Output {
public:
    // To append to; call check() now and then.
    [[nodiscard]] std::string& text() { return text_; }
    void check()
    {
        if (text_.size() >= piece)
            put();
    }
    // Everything, down to the file.
    void put()
    {
        if (std::fwrite(text_.data(), 1, text_.size(), stdout) != text_.size() ||
            std::fflush(stdout) != 0)
            base::fail_errno("write", "standard output");
        text_.clear();
    }

private:
    static constexpr std::size_t piece = 64u << 10;
    std::string text_;
};

} // namespace journalq
