// SPDX-License-Identifier: Apache-2.0
#include "pop3/multiline.h"

namespace pop3 {

void Multiline::feed(std::string_view bytes, std::string& out)
{
    if (complete_)
        return;
    stuffer_.feed(left_ ? wanted(bytes) : bytes, out);
}

// What of these bytes belongs to the top.
std::string_view Multiline::wanted(std::string_view bytes)
{
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != '\n') {
            in_line_ += bytes[i] == '\r' ? 0 : 1;
            continue;
        }
        const bool empty = in_line_ == 0;
        in_line_ = 0;
        if (in_body_)
            --*left_;
        in_body_ = in_body_ || empty;
        complete_ = in_body_ && *left_ == 0;
        if (complete_)
            return bytes.substr(0, i + 1);
    }
    return bytes;
}

} // namespace pop3
