// SPDX-License-Identifier: Apache-2.0
// smtp/dot_stuffer.cc - see dot_stuffer.h.  Runs at the speed of find_first_of over lines.
#include "smtp/dot_stuffer.h"

#include <algorithm>
#include <cstring>

namespace smtp {

namespace {

// The first CR or LF; two memchr calls are several times faster than a byte loop.
std::size_t find_end(std::string_view bytes)
{
    const void* lf = std::memchr(bytes.data(), '\n', bytes.size());
    const std::size_t within =
        lf == nullptr
            ? bytes.size()
            : static_cast<std::size_t>(static_cast<const char*>(lf) - bytes.data());
    const void* cr = std::memchr(bytes.data(), '\r', within);
    return cr == nullptr
               ? within
               : static_cast<std::size_t>(static_cast<const char*>(cr) - bytes.data());
}

} // namespace

void DotStuffer::feed(std::string_view bytes, std::string& out)
{
    while (!bytes.empty()) {
        if (after_cr_) { // CRLF, or a bare CR that becomes one
            after_cr_ = false;
            out += "\r\n";
            line_start_ = true;
            if (bytes.front() == '\n')
                bytes.remove_prefix(1);
            continue;
        }
        if (line_start_ && bytes.front() == '.' && dots_ == Dots::doubled)
            out += '.';
        const std::size_t end = find_end(bytes);
        if (end > 0)
            line_start_ = false;
        out.append(bytes.substr(0, end));
        bytes.remove_prefix(end);
        if (bytes.empty())
            break;
        if (bytes.front() == '\r') {
            after_cr_ = true;
        } else {
            out += "\r\n";
            line_start_ = true;
        }
        bytes.remove_prefix(1);
    }
}

void DotStuffer::finish(std::string& out)
{
    if (after_cr_ || !line_start_)
        out += "\r\n";
    after_cr_ = false;
    line_start_ = true;
    if (dots_ == Dots::doubled)
        out += ".\r\n";
}

} // namespace smtp
