// SPDX-License-Identifier: Apache-2.0
// journal/refusal_words.h - a reply in its parts, and the short word for why.  Pure.
#pragma once

#include <string>
#include <string_view>

namespace journal {

// "550 5.1.1 no such user" in its parts; what is not there is 0 or empty.
struct ReplyParts {
    int code = 0;
    std::string_view enhanced;
    std::string_view text;
};
[[nodiscard]] ReplyParts parts_of(std::string_view reply);

// The word for an enhanced status (RFC 3463), or `otherwise`.
[[nodiscard]] std::string_view word_for(std::string_view enhanced,
                                        std::string_view otherwise);

} // namespace journal
