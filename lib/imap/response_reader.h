// SPDX-License-Identifier: Apache-2.0
// imap/response_reader.h - responses of a server before the login, gathered whole.
//
// After the login nothing is gathered: that is the follower's work.
#pragma once

#include "imap/framer.h"
#include "imap/gathered_line.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace imap {

// Gathers one response with its literals.  Memory: what of it has come, within the limit;
// nothing between responses.
class ResponseReader {
public:
    explicit ResponseReader(std::size_t limit) : line_(limit) {}

    // Takes bytes up to the end of a response, or to the limit; returns how many.
    std::size_t feed(std::string_view bytes);
    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] bool too_long() const { return too_long_; }
    // The complete response without its end; the next one may be fed.
    [[nodiscard]] std::string release();

private:
    void take(const Piece& piece);

    Framer framer_;
    GatheredLine line_;
    bool complete_ = false;
    bool too_long_ = false;
};

} // namespace imap
