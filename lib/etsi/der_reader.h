// SPDX-License-Identifier: Apache-2.0
// etsi/der_reader.h - elements of DER or BER (X.690), read from untrusted octets.
//
// Nothing is copied and nothing recurses: an element's content is a view, and whoever wants
// what is inside reads it with another Reader.  Our own files are strict DER.  What an
// authority's equipment sends may be BER: lengths longer than need be, and the indefinite
// form, nested to a limit.  Strings in pieces (constructed ones) are not put together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace etsi {

enum class Rules : std::uint8_t { der, ber };

enum class ReadError : std::uint8_t {
    incomplete, // the octets end within the element
    malformed,  // no element of these rules begins so
    too_long,   // more than the reader's limit
    too_deep,   // indefinite lengths within each other
};
[[nodiscard]] std::string_view describe(ReadError error);

inline constexpr std::size_t most_depth = 16;          // of indefinite lengths
inline constexpr std::size_t most_element = 256 << 20; // octets; more is no PDU

struct Element {
    std::uint8_t id = 0;      // first octet: class, constructed or not, tag below 31
    std::uint32_t tag = 0;    // the tag, also if it is 31 or more
    std::string_view content; // without header and end mark
    std::size_t size = 0;     // of the whole element

    [[nodiscard]] bool context() const { return (id & 0xc0) == 0x80; }
    [[nodiscard]] bool constructed() const { return (id & 0x20) != 0; }
    // [tag] of a primitive type, [tag] of a constructed one.
    [[nodiscard]] bool is_field(unsigned number) const
    {
        return context() && !constructed() && tag == number;
    }
    [[nodiscard]] bool is_group(unsigned number) const
    {
        return context() && constructed() && tag == number;
    }
};

// The element in front of `octets`.
[[nodiscard]] std::expected<Element, ReadError>
read_element(std::string_view octets, Rules rules, std::size_t most = most_element);

// Goes through the elements of a content.
class Reader {
public:
    Reader(std::string_view content, Rules rules) : rest_(content), rules_(rules) {}

    // The next element; nothing at the end, or if what follows is none (then broken()).
    [[nodiscard]] std::optional<Element> next();
    // Skips to [tag] among fields in the order of their tags, as a SEQUENCE has them, and
    // leaves what comes behind it for the next call; nothing if it is not there.
    [[nodiscard]] std::optional<Element> find_field(unsigned tag)
    {
        return find(tag, false);
    }
    [[nodiscard]] std::optional<Element> find_group(unsigned tag)
    {
        return find(tag, true);
    }

    [[nodiscard]] bool broken() const { return broken_; }
    [[nodiscard]] bool at_end() const { return rest_.empty() && !broken_; }
    // Reads what is left, so that broken() speaks for all of it.
    [[nodiscard]] bool finish();
    [[nodiscard]] Rules rules() const { return rules_; }

private:
    [[nodiscard]] std::optional<Element> find(unsigned tag, bool constructed);

    std::string_view rest_;
    Rules rules_;
    bool broken_ = false;
};

// Content octets as values; nothing if they are none, or too large.
[[nodiscard]] std::optional<std::uint64_t> unsigned_value(std::string_view content,
                                                          Rules rules);
[[nodiscard]] std::optional<bool> boolean_value(std::string_view content, Rules rules);
[[nodiscard]] std::optional<std::vector<std::uint32_t>> oid_arcs(std::string_view content);

} // namespace etsi
