// SPDX-License-Identifier: Apache-2.0
#include "mime/header.h"

#include "text/lines.h"
#include "text/plain.h"

#include <algorithm>

namespace mime {

namespace {

constexpr std::array names =
    std::to_array<std::string_view>({"subject", "from", "message-id", "content-type",
                                     "content-disposition", "content-transfer-encoding"});
static_assert(names.size() == field_count);

bool may_name(char c)
{
    return c > ' ' && c < 0x7f;
}

} // namespace

Header::Verdict Header::take(const Piece& piece, const Limits& limits)
{
    const std::size_t room = limits.header - std::min(limits.header, size_);
    size_ += piece.text.size() + piece.end.size();
    cut_ |= piece.text.size() > room;
    return take(piece, piece.text.substr(0, room), limits);
}

// `line`: what the limit leaves of the piece.
Header::Verdict Header::take(const Piece& piece, std::string_view line,
                             const Limits& limits)
{
    if (!piece.begins) {
        append(line, limits);
        return Verdict::goes_on;
    }
    if (piece.text.empty())
        return Verdict::ended;
    if (line.empty())
        return Verdict::goes_on;
    if (any_ && text::is_blank(line.front())) {
        append(line, limits);
        return Verdict::goes_on;
    }
    current_ = nullptr;
    if (begin_field(line)) {
        line.remove_prefix(line.find(':') + 1);
        append(line, limits);
    } else if (!any_ && !line.starts_with("From ") && !line.starts_with(">From ")) {
        broken_ = true;
        return Verdict::never_was;
    } else {
        broken_ |= !cut_;
    }
    return Verdict::goes_on;
}

// Blanks before the colon: RFC 5322 section 4.5.
bool Header::begin_field(std::string_view line)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
        return false;
    const std::string_view name = text::trim(line.substr(0, colon));
    if (name.empty() || text::is_blank(line.front()) ||
        !std::ranges::all_of(name, may_name))
        return false;
    any_ = true;
    const auto known = std::ranges::find_if(
        names, [&](std::string_view one) { return text::equal_ignoring_case(one, name); });
    if (known == names.end())
        return true;
    const auto at = static_cast<std::size_t>(known - names.begin());
    if (!seen_[at])
        current_ = &values_[at];
    else
        broken_ = true;
    seen_[at] = true;
    return true;
}

void Header::append(std::string_view text, const Limits& limits)
{
    if (current_ == nullptr)
        return;
    const std::size_t room = limits.field - std::min(limits.field, current_->size());
    cut_ |= text.size() > room;
    *current_ += text.substr(0, room);
}

} // namespace mime
