// SPDX-License-Identifier: Apache-2.0
// imap/gathered_line.cc - see the header.
#include "imap/gathered_line.h"

#include "base/wipe.h"

#include <utility>

namespace imap {

bool GatheredLine::add(const Piece& piece)
{
    ends_in_cr_ = may_end_line(piece);
    if (text_.size() + piece.bytes.size() > limit_ + (ends_in_cr_ ? 1 : 0))
        return false;
    text_ += piece.bytes;
    return true;
}

bool GatheredLine::end(const Piece& piece)
{
    if (std::exchange(ends_in_cr_, false) && piece.bytes == "\n")
        text_.pop_back(); // its LF came in the next bytes
    return text_.size() <= limit_;
}

std::string GatheredLine::release()
{
    ends_in_cr_ = false;
    return std::exchange(text_, {});
}

void GatheredLine::clear()
{
    (void)release();
}

void GatheredLine::wipe()
{
    base::wipe(text_);
    clear();
}

} // namespace imap
