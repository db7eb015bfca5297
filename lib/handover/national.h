// SPDX-License-Identifier: Apache-2.0
// handover/national.h - event data as XML, with the names of a mapping: tkuev-mapping(5).
//
// The names of elements in annex F.2 of the guideline (TR TKÜV) are not public, so none
// stands in the code: a mapping says which field goes to which element or attribute, and
// what values are called.  From the same mapping comes the schema, which every document is
// valid by.  Documents are UTF-8 whatever the fields hold: octets that XML 1.0 or UTF-8
// does not allow become U+FFFD.  Pure.
#pragma once

#include "handover/national_fields.h"

#include <cstddef>
#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace handover {

enum class NationalTime : std::uint8_t {
    official, // "2026-08-17T09:05:07+02:00"
    utc       // "2026-08-17T07:05:07.123456Z"
};

// An element of the document: what is in it, in order.
struct MappedElement {
    struct Attribute {
        std::string name;
        const NationalField* field;
        bool operator==(const Attribute&) const = default;
    };
    std::string name;
    const NationalField* field = nullptr; // its text; null: elements only
    std::vector<Attribute> attributes;
    std::vector<MappedElement> children;
};

class Mapping {
public:
    // The text of a mapping file; or "line 7: what is wrong".
    [[nodiscard]] static std::expected<Mapping, std::string> parse(std::string_view text);

    // One document of these records: as many as batch() at most.
    [[nodiscard]] std::string document(std::span<const NationalRecord> records) const;
    // XML Schema 1.0 of all documents.
    [[nodiscard]] std::string schema() const;
    // How many records a document may have.
    [[nodiscard]] std::size_t batch() const { return batch_; }
    // Nobody has said that an authority reads it.
    [[nodiscard]] bool provisional() const { return provisional_; }

    // For the files of this folder.
    struct Parts {
        std::string title;
        std::string root;
        std::string name_space;
        MappedElement record;
        NationalTime time = NationalTime::official;
        // By field ("event") and canonical word ("login").
        std::map<std::string, std::map<std::string, std::string>, std::less<>> values;
        [[nodiscard]] std::string value_of(const NationalField& field,
                                           std::string_view word) const;
    };

private:
    friend class MappingParser;
    Parts parts_;
    std::size_t batch_ = 1;
    bool provisional_ = true;
};

} // namespace handover
