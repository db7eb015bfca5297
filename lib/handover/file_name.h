// SPDX-License-Identifier: Apache-2.0
// handover/file_name.h - names of files for authorities: method B of ES 201 671 and TS 101
// 671, annex C.2.
//
//     ABXYyymmddhhmmsseeeet   AB operator, XY node, time, counter, type
//
// Pure: the caller says what time it is and which name came last, keeps the new one, and
// only then uses it; so no name is given twice, whatever the clock does.  A name never
// tells which measure it belongs to.
#pragma once

#include "li/official_time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace handover {

// Annex C.2: the digit t.
enum class FileType : std::uint8_t {
    iri = 1,
    from_target = 2, // content
    to_target = 4,
    content = 6, // of both directions
    iri_and_content = 7,
    national = 8,
};

// The guideline does not say which time it is; official time is what letters have.
enum class NameTime : std::uint8_t { official, utc };

inline constexpr std::size_t name_prefix_size = 4; // ABXY
inline constexpr std::size_t file_name_size = 21;

struct FileName {
    std::string prefix; // ABXY
    std::string time;   // yymmddhhmmss
    unsigned counter = 0;
    FileType type = FileType::iri;
    bool operator==(const FileName&) const = default;
};

[[nodiscard]] std::optional<FileName> parse_file_name(std::string_view name);
[[nodiscard]] std::string to_text(const FileName& name);

// The next name after `last` (empty: there was none), whichever type that had.  While the
// clock is behind the last name - it was set back, or summer time has ended - the counter
// goes on from there, and after 9999 of them the next second.  Nothing if the prefix is no
// four upper-case letters or digits, or `last` is no such name.
[[nodiscard]] std::optional<std::string> next_file_name(std::string_view prefix,
                                                        std::string_view last, li::Time now,
                                                        FileType type,
                                                        NameTime zone = NameTime::official);

} // namespace handover
