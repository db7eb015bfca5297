// SPDX-License-Identifier: Apache-2.0
// mime/words.h - encoded words of RFC 2047, "=?charset?Q?...?=", become UTF-8.
//
// As tolerant as what people read mail with: words longer than 75 octets, with blanks in
// them, within other words; characters cut in two where one word ends and the next begins.
// What is no encoded word stays as it is.  One pass.  Folding is undone before.
#pragma once

#include <string>
#include <string_view>

namespace mime {

// Of Subject and the like, and of a file name that was written so against section 5 (3).
[[nodiscard]] std::string decode_text(std::string_view field);

} // namespace mime
