// SPDX-License-Identifier: Apache-2.0
// handover/manifest.h - the list of files of a disc with their SHA-256, as sha256sum(1)
// writes and reads it.  Pure.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace handover {

// Name to digest, 64 hexadecimal digits.
using Manifest = std::map<std::string, std::string>;

[[nodiscard]] std::string to_text(const Manifest& manifest);
// Exactly what to_text() writes; or "line 3: what is wrong".  A name that leaves the disc,
// or comes twice, is wrong.
[[nodiscard]] std::expected<Manifest, std::string> parse_manifest(std::string_view text);

} // namespace handover
