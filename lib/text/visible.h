// SPDX-License-Identifier: Apache-2.0
// text/visible.h - text from strangers, for a terminal and for a spreadsheet.
#pragma once

#include <string>
#include <string_view>

namespace text {

// UTF-8 as it is, but "?" for whatever could move the cursor, change the terminal or turn
// the direction of writing: control characters (C0, DEL, C1), line and paragraph
// separators, invisible marks of direction; and for what is no UTF-8.
void append_visible(std::string& out, std::string_view text);
[[nodiscard]] std::string visible(std::string_view text);

// visible(), with an apostrophe in front of what a spreadsheet would take for a formula:
// = + - @ or their full-width forms as the first character.
[[nodiscard]] std::string spreadsheet_text(std::string_view text);

} // namespace text
