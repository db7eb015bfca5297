// SPDX-License-Identifier: Apache-2.0
// imap/response_reader.cc - see the header.
#include "imap/response_reader.h"

#include "imap/status.h"

#include <utility>

namespace imap {

namespace {

// The text of these is for people: "{5}" at its end announces nothing.
bool is_status(std::string_view line)
{
    const Response response = parse_response(line);
    return response.continuation() || response.condition != Condition::none;
}

} // namespace

// A CR that may be of the line end does not count.
void ResponseReader::keep(const Piece& piece)
{
    const std::size_t cr = may_end_line(piece) ? 1 : 0;
    if (line_.size() + piece.bytes.size() > limit_ + cr)
        too_long_ = true;
    else
        line_ += piece.bytes;
}

// The end of a response, whatever its text looks like.
bool ResponseReader::ends(const Piece& piece)
{
    const bool literal = piece.kind == Piece::Kind::literal;
    const bool end = piece.kind == Piece::Kind::line_end || (literal && is_status(line_));
    if (end && literal)
        framer_.cancel_literal();
    if (end && ends_in_cr_ && piece.bytes == "\n")
        line_.pop_back(); // its LF came in the next bytes
    ends_in_cr_ = may_end_line(piece);
    too_long_ = end && line_.size() > limit_;
    return end && !too_long_;
}

std::size_t ResponseReader::feed(std::string_view bytes)
{
    const std::size_t before = bytes.size();
    while (!bytes.empty() && !complete_ && !too_long_) {
        const Piece piece = framer_.next(bytes);
        complete_ = ends(piece);
        if (!complete_ && !too_long_)
            keep(piece);
    }
    return before - bytes.size();
}

std::string ResponseReader::release()
{
    complete_ = false;
    return std::exchange(line_, {});
}

} // namespace imap
