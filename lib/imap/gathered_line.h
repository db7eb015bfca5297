// SPDX-License-Identifier: Apache-2.0
// imap/gathered_line.h - a command or response that is gathered whole, with its literals,
// from the pieces of a framer.
//
// The limit counts what the line is without its end, however its bytes were cut: a CR whose
// LF has not come yet does not count, and goes when it has.
#pragma once

#include "imap/framer.h"

#include <cstddef>
#include <string>

namespace imap {

// Memory: what has come, within the limit; nothing after release(), clear() or wipe().
class GatheredLine {
public:
    explicit GatheredLine(std::size_t limit) : limit_(limit) {}

    // Anything but the end of the whole.  False: beyond the limit, and not taken.
    [[nodiscard]] bool add(const Piece& piece);
    // The end of the whole.  False: beyond the limit.
    [[nodiscard]] bool end(const Piece& piece);

    // Without its end; literals stand in it as they came.
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::string release();
    void clear();
    // The same, for a line with secrets in it.
    void wipe();

private:
    std::size_t limit_;
    std::string text_;
    bool ends_in_cr_ = false; // and not because a literal does
};

} // namespace imap
