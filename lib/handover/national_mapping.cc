// SPDX-License-Identifier: Apache-2.0
// handover/national_mapping.cc - reads a mapping file.
#include "handover/national.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

namespace handover {

namespace {

constexpr std::size_t most_batch = 10'000;
constexpr std::size_t deepest_path = 16;

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// An NCName of ASCII: "xml" in front is nobody's to use.
bool is_xml_name(std::string_view text)
{
    const auto follows = [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, follows) &&
           !text::to_lower(text).starts_with("xml");
}

template <class Range, class Value, class Projection = std::identity>
bool holds(const Range& range, const Value& value, Projection projection = {})
{
    return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

std::string_view cut(std::string_view& rest, char separator)
{
    const auto end = std::min(rest.find(separator), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

} // namespace

class MappingParser {
public:
    std::expected<Mapping, std::string> run(std::string_view text);

private:
    [[nodiscard]] std::string take_line(std::string_view line);
    [[nodiscard]] std::string take_section(std::string_view name);
    [[nodiscard]] std::string take_document(std::string_view key, std::string_view value);
    [[nodiscard]] std::string take_field(std::string_view key, std::string_view path);
    [[nodiscard]] std::string take_value(std::string_view word, std::string_view value);
    [[nodiscard]] std::string take_batch(std::string_view value);
    [[nodiscard]] std::string place(const NationalField& field,
                                    const std::vector<std::string>& elements,
                                    const std::string& attribute);
    [[nodiscard]] std::string missing() const;

    enum class Section : std::uint8_t { none, document, fields, values };
    Section section_ = Section::none;
    const NationalField* valued_ = nullptr; // whose values the section has
    std::vector<const NationalField*> placed_;
    Mapping out_;
};

std::expected<Mapping, std::string> MappingParser::run(std::string_view text)
{
    if (!text::is_utf8(text))
        return std::unexpected("not UTF-8");
    for (int number = 1; !text.empty(); ++number) {
        const std::string_view line = text::trim(cut(text, '\n'));
        if (line.empty() || line.starts_with('#'))
            continue;
        if (text::has_control(line))
            return std::unexpected(fmt::format("line {}: control characters", number));
        if (const std::string wrong = take_line(line); !wrong.empty())
            return std::unexpected(fmt::format("line {}: {}", number, wrong));
    }
    if (const std::string what = missing(); !what.empty())
        return std::unexpected("missing: " + what);
    return out_;
}

std::string MappingParser::take_line(std::string_view line)
{
    if (line.starts_with('[') && line.ends_with(']'))
        return take_section(line.substr(1, line.size() - 2));
    if (!line.contains('='))
        return "neither [section] nor key = value";
    const std::string_view key = text::trim(cut(line, '='));
    const std::string_view value = text::trim(line);
    switch (section_) {
    case Section::document:
        return take_document(key, value);
    case Section::fields:
        return take_field(key, value);
    case Section::values:
        return take_value(key, value);
    case Section::none:
        break;
    }
    return "before the first section";
}

std::string MappingParser::take_section(std::string_view name)
{
    constexpr std::string_view values = "values ";
    if (name == "document")
        section_ = Section::document;
    else if (name == "fields")
        section_ = Section::fields;
    else if (name.starts_with(values)) {
        valued_ = find_national_field(text::trim(name.substr(values.size())));
        if (valued_ == nullptr || valued_->kind != NationalKind::word)
            return "no field with a list of values";
        section_ = Section::values;
    } else
        return "unknown section";
    return "";
}

std::string MappingParser::take_document(std::string_view key, std::string_view value)
{
    auto& parts = out_.parts_;
    if (key == "title")
        parts.title = value;
    else if (key == "namespace")
        parts.name_space = value;
    else if (key == "root" || key == "record") {
        if (!is_xml_name(value))
            return "no name of an element";
        (key == "root" ? parts.root : parts.record.name) = value;
    } else if (key == "time" && (value == "official" || value == "utc"))
        parts.time = value == "utc" ? NationalTime::utc : NationalTime::official;
    else if (key == "provisional" && (value == "yes" || value == "no"))
        out_.provisional_ = value == "yes";
    else if (key == "batch")
        return take_batch(value);
    else
        return "unknown key or value";
    return "";
}

std::string MappingParser::take_batch(std::string_view value)
{
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), out_.batch_);
    if (error != std::errc() || end != value.data() + value.size() || out_.batch_ == 0 ||
        out_.batch_ > most_batch)
        return fmt::format("must be 1 to {}", most_batch);
    return "";
}

std::string MappingParser::take_field(std::string_view key, std::string_view path)
{
    const NationalField* const field = find_national_field(key);
    if (field == nullptr)
        return "unknown field";
    if (holds(placed_, field))
        return "this field has a place already";
    std::vector<std::string> elements;
    std::string attribute;
    if (path.ends_with('/'))
        return "must be ELEMENT/ELEMENT or ELEMENT/@ATTRIBUTE";
    while (!path.empty()) {
        std::string_view part = cut(path, '/');
        const bool last = path.empty();
        if (part.starts_with('@') && last)
            attribute = part.substr(1);
        if (!is_xml_name(part.starts_with('@') && last ? part.substr(1) : part))
            return "must be ELEMENT/ELEMENT or ELEMENT/@ATTRIBUTE";
        if (attribute.empty())
            elements.emplace_back(part);
    }
    if (elements.empty() && attribute.empty())
        return "must name an element or attribute";
    if (elements.size() > deepest_path)
        return "too deep";
    placed_.push_back(field);
    return place(*field, elements, attribute);
}

std::string MappingParser::place(const NationalField& field,
                                 const std::vector<std::string>& elements,
                                 const std::string& attribute)
{
    MappedElement* at = &out_.parts_.record;
    for (const std::string& name : elements) {
        if (at->field != nullptr)
            return "an element with text has no elements";
        const auto found = std::ranges::find(at->children, name, &MappedElement::name);
        if (found == at->children.end())
            at = &at->children.emplace_back(MappedElement{name, nullptr, {}, {}});
        else
            at = &*found;
    }
    const bool several =
        field.kind == NationalKind::list || field.kind == NationalKind::pairs;
    const bool repeats = at->field != nullptr && (at->field->kind == NationalKind::list ||
                                                  at->field->kind == NationalKind::pairs);
    if (!attribute.empty()) {
        if (several || repeats)
            return "no attribute can be repeated";
        if (holds(at->attributes, attribute, &MappedElement::Attribute::name))
            return "this attribute has a field already";
        at->attributes.push_back({attribute, &field});
        return "";
    }
    if (at->field != nullptr || !at->children.empty() ||
        (several && !at->attributes.empty()))
        return "this element has a use already";
    at->field = &field;
    return "";
}

std::string MappingParser::take_value(std::string_view word, std::string_view value)
{
    if (!holds(valued_->words, word))
        return "unknown value of this field";
    auto& values = out_.parts_.values[std::string(valued_->name)];
    if (!values.emplace(word, value).second)
        return "this value is named already";
    return "";
}

std::string MappingParser::missing() const
{
    const auto& parts = out_.parts_;
    if (parts.root.empty() || parts.record.name.empty())
        return "root or record of [document]";
    if (parts.name_space.empty())
        return "namespace of [document]";
    for (const NationalField& field : national_fields())
        if (field.always && !holds(placed_, &field))
            return fmt::format("field {}", field.name);
    return "";
}

std::expected<Mapping, std::string> Mapping::parse(std::string_view text)
{
    return MappingParser().run(text);
}

std::string Mapping::Parts::value_of(const NationalField& field,
                                     std::string_view word) const
{
    const auto named = values.find(field.name);
    if (named == values.end())
        return std::string(word);
    const auto found = named->second.find(std::string(word));
    return found == named->second.end() ? std::string(word) : found->second;
}

} // namespace handover
