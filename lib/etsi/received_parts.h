// SPDX-License-Identifier: Apache-2.0
// etsi/received_parts.h - what the readers of received PDUs share; for lib/etsi alone.
#pragma once

#include "etsi/received.h"

#include <algorithm>
#include <concepts>
#include <limits>
#include <string>

namespace etsi::parts {

template <std::unsigned_integral Number>
[[nodiscard]] std::optional<Number> number(std::string_view content, Rules rules)
{
    const auto value = unsigned_value(content, rules);
    if (!value || *value > std::numeric_limits<Number>::max())
        return std::nullopt;
    return static_cast<Number>(*value);
}

[[nodiscard]] inline std::string text(const std::optional<Element>& element)
{
    return element ? std::string(element->content) : std::string();
}

// An optional field [tag]; false if it is there and malformed.
template <class Enumerated>
[[nodiscard]] bool enumerated(Reader& fields, unsigned tag, std::optional<Enumerated>& out)
{
    const auto element = fields.find_field(tag);
    if (!element)
        return !fields.broken();
    const auto value = number<std::uint8_t>(element->content, fields.rules());
    if (value)
        out = static_cast<Enumerated>(*value);
    return value.has_value();
}

template <std::unsigned_integral Number>
[[nodiscard]] bool optional_number(Reader& fields, unsigned tag, std::optional<Number>& out)
{
    const auto element = fields.find_field(tag);
    if (!element)
        return !fields.broken();
    out = number<Number>(element->content, fields.rules());
    return out.has_value();
}

// A time in either form.
struct Time {
    std::optional<MicroTime> time;
    TimeQualifier qualifier = TimeQualifier::interception;

    [[nodiscard]] bool early(Reader& fields, unsigned tag);
    [[nodiscard]] bool late(Reader& fields, unsigned micro, unsigned qualifier_tag);
};

[[nodiscard]] std::expected<ReceivedPayload, Fault> read_tri(const Element& alternative,
                                                             Rules rules);

} // namespace etsi::parts
