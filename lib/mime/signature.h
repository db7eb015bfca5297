// SPDX-License-Identifier: Apache-2.0
// mime/signature.h - what a file is, by its first octets.
//
// Knows what is attached to mail and what is abused in it, and answers within a
// microsecond or so; libmagic knows more and takes a thousand times as long on text.
// Nothing is unpacked: of archives only the names of members that stand in the front.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mime {

inline constexpr std::size_t usual_front = 4096;

// How many octets a type can be told from, given `usual_front` of them or all there are:
// images of discs have their mark 32 kB behind the beginning.
[[nodiscard]] std::size_t octets_wanted(std::string_view front);

// A media type; "text/plain" for other text, "application/octet-stream" for the rest,
// "application/x-empty" for nothing.
[[nodiscard]] std::string_view type_of(std::string_view front);

} // namespace mime
