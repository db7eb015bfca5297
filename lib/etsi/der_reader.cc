// SPDX-License-Identifier: Apache-2.0
// etsi/der_reader.cc - headers, lengths of both forms, and plain values.
#include "etsi/der_reader.h"

#include <utility>

namespace etsi {

namespace {

constexpr std::size_t most_tag_octets = 4;    // 28 bits of tag
constexpr std::size_t most_length_octets = 8; // leading zeros included (BER)
constexpr std::size_t most_arcs = 64;

struct Header {
    std::uint8_t id = 0;
    std::uint32_t tag = 0;
    std::optional<std::uint64_t> length; // nothing: indefinite
    std::size_t size = 0;

    // Two zeros: the end of what has no length.
    [[nodiscard]] bool end_mark() const { return id == 0 && length == 0 && size == 2; }
};

std::uint8_t at(std::string_view octets, std::size_t index)
{
    return static_cast<std::uint8_t>(octets[index]);
}

// X.690 8.1.2.4: tags of 31 and more, seven bits an octet.
std::optional<ReadError> read_long_tag(std::string_view octets, Header& header)
{
    header.tag = 0;
    for (std::size_t i = 0; i < most_tag_octets; ++i) {
        if (header.size >= octets.size())
            return ReadError::incomplete;
        const std::uint8_t octet = at(octets, header.size++);
        if (i == 0 && octet == 0x80)
            return ReadError::malformed; // a zero in front
        header.tag = header.tag << 7 | (octet & 0x7f);
        if ((octet & 0x80) == 0)
            return header.tag < 31 ? std::optional(ReadError::malformed) : std::nullopt;
    }
    return ReadError::malformed;
}

std::optional<ReadError> read_long_length(std::string_view octets, std::size_t count,
                                          Header& header, Rules rules)
{
    if (count > most_length_octets)
        return ReadError::malformed;
    std::uint64_t length = 0;
    const std::size_t start = header.size;
    for (; header.size < start + count; ++header.size) {
        if (header.size >= octets.size())
            return ReadError::incomplete;
        if (rules == Rules::der && header.size == start && at(octets, start) == 0)
            return ReadError::malformed;
        length = length << 8 | at(octets, header.size);
    }
    if (rules == Rules::der && length < 0x80)
        return ReadError::malformed;
    header.length = length;
    return std::nullopt;
}

std::optional<ReadError> read_length(std::string_view octets, Header& header, Rules rules)
{
    if (header.size >= octets.size())
        return ReadError::incomplete;
    const std::uint8_t first = at(octets, header.size++);
    if (first < 0x80) {
        header.length = first;
        return std::nullopt;
    }
    if (first == 0x80) // 8.1.3.6: the indefinite form, of constructed elements only
        return rules == Rules::ber && (header.id & 0x20) != 0
                   ? std::nullopt
                   : std::optional(ReadError::malformed);
    return read_long_length(octets, first & 0x7f, header, rules);
}

std::expected<Header, ReadError> read_header(std::string_view octets, Rules rules)
{
    if (octets.empty())
        return std::unexpected(ReadError::incomplete);
    Header header{at(octets, 0), at(octets, 0) & 0x1fU, std::nullopt, 1};
    if (header.tag == 0x1f)
        if (const auto error = read_long_tag(octets, header))
            return std::unexpected(*error);
    if (const auto error = read_length(octets, header, rules))
        return std::unexpected(*error);
    return header;
}

// One step inside an indefinite length: over a definite element, into an indefinite one, or
// out of one.
std::optional<ReadError> step(std::string_view octets, std::size_t& used,
                              std::size_t& depth, std::size_t most)
{
    const auto header = read_header(octets.substr(used), Rules::ber);
    if (!header)
        return header.error();
    used += header->size;
    if (header->end_mark())
        --depth;
    else if (!header->length && ++depth > most_depth)
        return ReadError::too_deep;
    if (header->length.value_or(0) > most || used > most)
        return ReadError::too_long;
    if (header->length.value_or(0) > octets.size() - used)
        return ReadError::incomplete;
    used += header->length.value_or(0);
    return std::nullopt;
}

// Where the end mark of an indefinite length is found, behind it.
std::expected<std::size_t, ReadError> end_of_content(std::string_view octets,
                                                     std::size_t used, std::size_t most)
{
    std::size_t depth = 1;
    while (depth > 0)
        if (const auto error = step(octets, used, depth, most))
            return std::unexpected(*error);
    return used;
}

} // namespace

std::string_view describe(ReadError error)
{
    switch (error) {
    case ReadError::incomplete:
        return "ends within an element";
    case ReadError::malformed:
        return "no element begins so";
    case ReadError::too_long:
        return "an element is too long";
    case ReadError::too_deep:
        return "nested too deep";
    }
    std::unreachable();
}

std::expected<Element, ReadError> read_element(std::string_view octets, Rules rules,
                                               std::size_t most)
{
    const auto header = read_header(octets, rules);
    if (!header)
        return std::unexpected(header.error());
    Element element{header->id, header->tag, {}, 0};
    if (!header->length) {
        const auto end = end_of_content(octets, header->size, most);
        if (!end)
            return std::unexpected(end.error());
        element.size = *end;
        element.content = octets.substr(header->size, *end - header->size - 2);
        return element;
    }
    if (header->end_mark())
        return std::unexpected(ReadError::malformed);
    if (*header->length > most)
        return std::unexpected(ReadError::too_long);
    if (*header->length > octets.size() - header->size)
        return std::unexpected(ReadError::incomplete);
    element.content = octets.substr(header->size, *header->length);
    element.size = header->size + element.content.size();
    return element;
}

std::optional<Element> Reader::next()
{
    if (rest_.empty() || broken_)
        return std::nullopt;
    const auto element = read_element(rest_, rules_);
    if (!element) {
        broken_ = true;
        return std::nullopt;
    }
    rest_.remove_prefix(element->size);
    return *element;
}

std::optional<Element> Reader::find(unsigned tag, bool constructed)
{
    while (!rest_.empty() && !broken_) {
        const std::string_view before = rest_;
        const auto element = next();
        if (!element)
            return std::nullopt;
        if (constructed ? element->is_group(tag) : element->is_field(tag))
            return element;
        if (element->context() && element->tag >= tag) {
            rest_ = before; // of a later field
            return std::nullopt;
        }
    }
    return std::nullopt;
}

bool Reader::finish()
{
    while (next()) {
    }
    return !broken_;
}

std::optional<std::uint64_t> unsigned_value(std::string_view content, Rules rules)
{
    if (content.empty() || (content[0] & 0x80) != 0)
        return std::nullopt;
    // 8.3.2; peers that write their numbers in four octets are forgiven under BER.
    const bool zero = content[0] == 0;
    if (rules == Rules::der && zero && content.size() > 1 && (content[1] & 0x80) == 0)
        return std::nullopt;
    while (!content.empty() && content[0] == 0)
        content.remove_prefix(1);
    if (content.size() > 8)
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char octet : content)
        value = value << 8 | static_cast<std::uint8_t>(octet);
    return value;
}

std::optional<bool> boolean_value(std::string_view content, Rules rules)
{
    if (content.size() != 1)
        return std::nullopt;
    const auto octet = static_cast<std::uint8_t>(content[0]);
    if (rules == Rules::der && octet != 0 && octet != 0xff)
        return std::nullopt;
    return octet != 0;
}

std::optional<std::vector<std::uint32_t>> oid_arcs(std::string_view content)
{
    std::vector<std::uint32_t> arcs;
    std::uint64_t arc = 0;
    bool inside = false;
    for (const char c : content) {
        const auto octet = static_cast<std::uint8_t>(c);
        if (!inside && octet == 0x80)
            return std::nullopt;
        arc = arc << 7 | (octet & 0x7f);
        inside = (octet & 0x80) != 0;
        if (arc > 0xffffffffU || arcs.size() >= most_arcs)
            return std::nullopt;
        if (!inside) {
            arcs.push_back(static_cast<std::uint32_t>(arc));
            arc = 0;
        }
    }
    if (inside || arcs.empty())
        return std::nullopt;
    return arcs;
}

} // namespace etsi
