// SPDX-License-Identifier: Apache-2.0
// handover/national_fields.h - the fields that a mapping can name, and their values.
#pragma once

#include "li/event.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace handover {

// An event, and what is known of it elsewhere.
struct NationalRecord {
    li::Event event;
    std::string reference;         // Referenznummer
    std::uint32_t correlation = 0; // Zuordnungsnummer: CIN
    std::uint32_t sequence = 0;
    std::string operator_id;
    std::string network_element;
    std::string country;
    std::string content_file; // name of the file with the content; empty: there is none
    bool test = false;
};

// Microseconds since 1970.
struct NationalInstant {
    std::int64_t microseconds = 0;
};
// A word of a fixed list.
struct NationalWord {
    std::string_view word;
};
using NationalPairs = std::vector<std::pair<std::string, std::string>>;
// monostate: the record has none.
using NationalValue =
    std::variant<std::monostate, std::string, std::uint64_t, NationalInstant, NationalWord,
                 std::vector<std::string>, NationalPairs>;

enum class NationalKind : std::uint8_t { text, number, instant, word, list, pairs };

struct NationalField {
    std::string_view name; // in mappings
    NationalKind kind;
    bool always; // every record has it
    NationalValue (*value)(const NationalRecord& record);
    std::span<const std::string_view> words; // of kind word
};

[[nodiscard]] std::span<const NationalField> national_fields();
[[nodiscard]] const NationalField* find_national_field(std::string_view name);

} // namespace handover
