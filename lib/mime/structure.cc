// SPDX-License-Identifier: Apache-2.0
#include "mime/structure.h"

#include "mime/charset.h"
#include "mime/signature.h"
#include "text/lines.h"

#include <algorithm>
#include <utility>

namespace mime {

namespace {

// The line end may go with the piece that it came in.
std::string_view lasting(std::string_view line_end)
{
    if (line_end.empty())
        return {};
    return line_end.size() == 2 ? "\r\n" : "\n";
}

} // namespace

Summary Structure::summarise(std::uint64_t size)
{
    Piece piece;
    while (place_ != Place::over && lines_.next(piece))
        take(piece);
    if (place_ == Place::header) {
        body_ = lines_.position();
        end_header();
    }
    if (place_ != Place::over) { // read to the end
        summary_.incomplete |= size > limits_.input && lines_.position() == limits_.input;
        size = lines_.position();
    }
    end_content(false);
    close_levels(0, size);
    return std::move(summary_);
}

void Structure::take(const Piece& piece)
{
    if (piece.begins && piece.text.starts_with("--") && take_delimiter(piece)) {
        held_ = lasting(piece.end);
        return;
    }
    if (place_ == Place::header) {
        take_header(piece);
        return;
    }
    take_body(piece);
    held_ = lasting(piece.end);
}

void Structure::take_header(const Piece& piece)
{
    switch (header_.take(piece, limits_)) {
    case Header::Verdict::goes_on:
        held_ = lasting(piece.end);
        return;
    case Header::Verdict::ended:
        body_ = lines_.position();
        held_ = {};
        end_header();
        return;
    case Header::Verdict::never_was:
        body_ = piece.start;
        held_ = {};
        end_header();
        take(piece); // once more, twice at most: in a digest a message without a header
        return;
    }
}

void Structure::take_body(const Piece& piece)
{
    if (place_ == Place::content)
        take_content(piece);
    else if (place_ == Place::text)
        take_text(piece);
}

// The line end before a boundary is the boundary's: each waits for the line behind it.
void Structure::take_content(const Piece& piece)
{
    content_->take(held_);
    content_->take(piece.text);
}

void Structure::take_text(const Piece& piece)
{
    const bool whole = piece.begins && piece.text.size() <= max_uu_line;
    if (content_ || file_name_)
        take_file_line(whole ? piece.text : std::string_view());
    else if (whole && piece.text.starts_with("begin "))
        file_name_ = uu_begin(piece.text);
}

void Structure::take_file_line(std::string_view line)
{
    const auto octets = uu_size(line);
    const bool first = !content_ && octets.value_or(0) > 0;
    if (first && add_attachment({}, to_utf8(*file_name_)))
        content_.emplace(Encoding::identity, usual_front);
    if (content_ && octets) {
        content_->take(uu_decode(line));
        return;
    }
    end_content(false);
    file_name_ = uu_begin(line);
}

// A boundary of a level further out ends all levels within it.
bool Structure::take_delimiter(const Piece& piece)
{
    const std::string_view line = text::trim(piece.text).substr(2);
    for (std::size_t at = levels_.size(); at > 0; --at) {
        const std::string& boundary = levels_[at - 1].boundary;
        if (boundary.empty() || !line.starts_with(boundary))
            continue;
        const bool last = line.size() == boundary.size() + 2 && line.ends_with("--");
        if (!last && line.size() > boundary.size())
            continue;
        end_part(at, piece.start - held_.size());
        if (place_ == Place::over)
            return true;
        if (last)
            leave_multipart();
        else
            begin_part();
        return true;
    }
    return false;
}

// Of the multipart that is the innermost but those behind `depth`.
void Structure::end_part(std::size_t depth, std::uint64_t end)
{
    if (place_ == Place::header) {
        body_ = end;
        held_ = {};
        end_header();
        if (place_ == Place::over)
            return;
    }
    end_content(true);
    close_levels(depth, end);
}

// All levels behind `depth`.  A multipart among them has lost its last boundary.
void Structure::close_levels(std::size_t depth, std::uint64_t end)
{
    while (levels_.size() > depth) {
        const Level& level = levels_.back();
        summary_.broken |= !level.boundary.empty();
        if (level.attachment != no_attachment)
            summary_.attachments[level.attachment].size = end - std::min(end, level.begin);
        levels_.pop_back();
    }
}

void Structure::leave_multipart()
{
    levels_.pop_back();
    wait_for_boundary();
}

// Where none is open, nothing that follows is of interest.
void Structure::wait_for_boundary()
{
    const bool open = std::ranges::any_of(
        levels_, [](const Level& level) { return !level.boundary.empty(); });
    place_ = open ? Place::between : Place::over;
}

// A limit has been reached that leaves no sense in going on.
void Structure::give_up()
{
    summary_.incomplete = true;
    const bool broken = summary_.broken;
    close_levels(0, lines_.position());
    summary_.broken = broken; // what is missing may be well
    place_ = Place::over;
}

void Structure::end_content(bool at_boundary)
{
    file_name_.reset();
    if (!content_)
        return;
    if (!at_boundary && place_ == Place::content)
        content_->take(held_);
    content_->finish();
    Attachment& attachment = summary_.attachments[attachment_];
    attachment.size = content_->size();
    attachment.type = type_of(content_->front());
    if (attachment.name.empty())
        attachment.name =
            clean(to_utf8(content_->name()), limits_.name, summary_.incomplete);
    content_.reset();
}

} // namespace mime
