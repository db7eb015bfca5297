// SPDX-License-Identifier: Apache-2.0
// handover/national_xml.cc - records as a document, by a mapping.
#include "handover/national.h"
#include "handover/xml.h"
#include "li/official_time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace handover {

namespace {

std::string utc_text(std::int64_t microseconds)
{
    const auto seconds = static_cast<std::time_t>(microseconds / li::second);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(seconds),
                       microseconds % li::second);
}

class Page {
public:
    Page(XmlWriter& out, const Mapping::Parts& parts) : out_(out), parts_(parts) {}
    void write(const MappedElement& element, const NationalRecord& record);

private:
    [[nodiscard]] std::string text_of(const NationalField& field,
                                      const NationalValue& value) const;
    [[nodiscard]] static bool has(const MappedElement& element,
                                  const NationalRecord& record);
    void write_leaf(const MappedElement& element, const NationalRecord& record);
    void write_attributes(const MappedElement& element, const NationalRecord& record);

    XmlWriter& out_;
    const Mapping::Parts& parts_;
};

bool is_there(const NationalField& field, const NationalRecord& record)
{
    return !std::holds_alternative<std::monostate>(field.value(record));
}

// Elements of fields that a record does not have are left out.
bool Page::has(const MappedElement& element, const NationalRecord& record)
{
    if (element.field != nullptr)
        return is_there(*element.field, record);
    return std::ranges::any_of(
               element.attributes,
               [&](const auto& it) { return is_there(*it.field, record); }) ||
           std::ranges::any_of(element.children,
                               [&](const auto& it) { return has(it, record); });
}

std::string Page::text_of(const NationalField& field, const NationalValue& value) const
{
    if (const auto* const text = std::get_if<std::string>(&value))
        return *text;
    if (const auto* const number = std::get_if<std::uint64_t>(&value))
        return std::to_string(*number);
    if (const auto* const word = std::get_if<NationalWord>(&value))
        return parts_.value_of(field, word->word);
    const auto time = std::get<NationalInstant>(value).microseconds;
    return parts_.time == NationalTime::utc ? utc_text(time) : li::official(time);
}

void Page::write_attributes(const MappedElement& element, const NationalRecord& record)
{
    for (const auto& [name, field] : element.attributes)
        if (const NationalValue value = field->value(record);
            !std::holds_alternative<std::monostate>(value))
            out_.attribute(name, text_of(*field, value));
}

void Page::write_leaf(const MappedElement& element, const NationalRecord& record)
{
    const NationalValue value = element.field->value(record);
    const auto one = [&](std::string_view text, const std::string* name) {
        out_.begin(element.name);
        if (name != nullptr)
            out_.attribute("name", *name);
        write_attributes(element, record);
        out_.text(text);
        out_.end();
    };
    if (const auto* const list = std::get_if<std::vector<std::string>>(&value)) {
        for (const std::string& text : *list)
            one(text, nullptr);
    } else if (const auto* const pairs = std::get_if<NationalPairs>(&value)) {
        for (const auto& [name, text] : *pairs)
            one(text, &name);
    } else
        one(text_of(*element.field, value), nullptr);
}

void Page::write(const MappedElement& element, const NationalRecord& record)
{
    if (!has(element, record))
        return;
    if (element.field != nullptr)
        return write_leaf(element, record);
    out_.begin(element.name);
    write_attributes(element, record);
    for (const MappedElement& child : element.children)
        write(child, record);
    out_.end();
}

} // namespace

std::string Mapping::document(std::span<const NationalRecord> records) const
{
    XmlWriter out;
    if (provisional_)
        out.comment("provisional: the names are not those of the guideline");
    out.begin(parts_.root);
    out.attribute("xmlns", parts_.name_space);
    Page page(out, parts_);
    for (const NationalRecord& record : records)
        page.write(parts_.record, record);
    out.end();
    return out.finish();
}

} // namespace handover
