// SPDX-License-Identifier: Apache-2.0
// mime/parameters.h - Content-Type and Content-Disposition: a value and what it is said of
// (RFC 2045 section 5.1, RFC 2183, RFC 2231).
//
// As tolerant as people's programs are careless: blanks in values that should be quoted,
// encoded words in file names, octets above 0x7f, quotes that do not end, backslashes of
// Windows.  Time grows with the length of the field, whatever the number of parameters.
#pragma once

#include <string>
#include <string_view>

namespace mime {

struct Parameterised {
    std::string value;    // "text/plain", "attachment": lower case, without blanks
    std::string boundary; // as it is; blanks at its end are none of it
    std::string name;     // "filename" or "name", decoded, UTF-8, not clean yet
};

// A field without its folding.  Of parameters given twice the first counts, but what
// RFC 2231 made before what it did not: that is written for programs that do not know it.
[[nodiscard]] Parameterised parse_parameters(std::string_view field);

// type/subtype, both tokens.
[[nodiscard]] bool is_media_type(std::string_view value);

} // namespace mime
