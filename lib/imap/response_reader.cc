// SPDX-License-Identifier: Apache-2.0
// imap/response_reader.cc - see the header.
#include "imap/response_reader.h"

#include "imap/status.h"

namespace imap {

namespace {

// The text of these is for people: "{5}" at its end announces nothing.
bool is_status(std::string_view line)
{
    const Response response = parse_response(line);
    return response.continuation() || response.condition != Condition::none;
}

} // namespace

// A literal that is none ends the response like a line end.
void ResponseReader::take(const Piece& piece)
{
    const bool text_only = piece.kind == Piece::Kind::literal && is_status(line_.text());
    const bool end = piece.kind == Piece::Kind::line_end || text_only;
    if (text_only)
        framer_.cancel_literal();
    const bool fits = end ? line_.end(piece) : line_.add(piece);
    complete_ = end && fits;
    too_long_ = !fits;
}

std::size_t ResponseReader::feed(std::string_view bytes)
{
    const std::size_t before = bytes.size();
    while (!bytes.empty() && !complete_ && !too_long_) {
        const Piece piece = framer_.next(bytes);
        take(piece);
    }
    return before - bytes.size();
}

std::string ResponseReader::release()
{
    complete_ = false;
    return line_.release();
}

} // namespace imap
