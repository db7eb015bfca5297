// SPDX-License-Identifier: Apache-2.0
// smtp/dsn_text.h - the part of a report that people read, in German and English.
#pragma once

#include "smtp/dsn_report.h"

#include <string>
#include <string_view>

namespace smtp {

// UTF-8, lines end with LF.
[[nodiscard]] std::string report_text(const Report& report);

// RFC 2045 section 6.7: `text` has LF line ends, the result CRLF and lines of at most 76.
[[nodiscard]] std::string quoted_printable(std::string_view text);

} // namespace smtp
