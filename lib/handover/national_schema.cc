// SPDX-License-Identifier: Apache-2.0
// handover/national_schema.cc - the schema of a mapping's documents.
#include "handover/national.h"
#include "handover/xml.h"

#include <algorithm>
#include <set>

namespace handover {

namespace {

bool is_always(const MappedElement& element)
{
    if (element.field != nullptr)
        return element.field->always;
    return std::ranges::any_of(element.attributes,
                               [](const auto& it) { return it.field->always; }) ||
           std::ranges::any_of(element.children, is_always);
}

class Schema {
public:
    Schema(XmlWriter& out, const Mapping::Parts& parts, std::size_t batch)
        : out_(out), parts_(parts), batch_(batch)
    {
    }
    void write();

private:
    void write_element(const MappedElement& element);
    void write_leaf(const MappedElement& element);
    void write_attributes(const MappedElement& element);
    // <restriction>, of what stands as text or attribute.
    void write_type(const NationalField& field);
    void write_words(const NationalField& field);
    void write_named_attribute();

    XmlWriter& out_;
    const Mapping::Parts& parts_;
    std::size_t batch_;
};

std::string_view base_of(NationalKind kind)
{
    switch (kind) {
    case NationalKind::number:
        return "xs:unsignedLong";
    case NationalKind::instant:
        return "xs:dateTime";
    default:
        return "xs:string";
    }
}

void Schema::write_words(const NationalField& field)
{
    std::set<std::string> known;
    for (const std::string_view word : field.words) {
        const std::string name = parts_.value_of(field, word);
        if (!known.insert(name).second)
            continue;
        out_.begin("xs:enumeration");
        out_.attribute("value", name);
        out_.end();
    }
}

void Schema::write_type(const NationalField& field)
{
    out_.begin("xs:simpleType");
    out_.begin("xs:restriction");
    out_.attribute("base", base_of(field.kind));
    write_words(field);
    out_.end();
    out_.end();
}

void Schema::write_attributes(const MappedElement& element)
{
    for (const auto& [name, field] : element.attributes) {
        out_.begin("xs:attribute");
        out_.attribute("name", name);
        if (field->always)
            out_.attribute("use", "required");
        write_type(*field);
        out_.end();
    }
}

void Schema::write_named_attribute()
{
    out_.begin("xs:attribute");
    out_.attribute("name", "name");
    out_.attribute("type", "xs:string");
    out_.attribute("use", "required");
    out_.end();
}

// Words cannot be restricted and extended at once: with attributes they are any string.
void Schema::write_leaf(const MappedElement& element)
{
    const bool pairs = element.field->kind == NationalKind::pairs;
    if (element.attributes.empty() && !pairs)
        return write_type(*element.field);
    out_.begin("xs:complexType");
    out_.begin("xs:simpleContent");
    out_.begin("xs:extension");
    out_.attribute("base", base_of(element.field->kind));
    if (pairs)
        write_named_attribute();
    write_attributes(element);
    out_.end();
    out_.end();
    out_.end();
}

void Schema::write_element(const MappedElement& element)
{
    out_.begin("xs:element");
    out_.attribute("name", element.name);
    const bool record = &element == &parts_.record;
    const auto kind = element.field == nullptr ? NationalKind::text : element.field->kind;
    if (record)
        out_.attribute("maxOccurs", std::to_string(batch_));
    else if (!is_always(element))
        out_.attribute("minOccurs", "0");
    if (kind == NationalKind::list || kind == NationalKind::pairs)
        out_.attribute("maxOccurs", "unbounded");
    if (element.field != nullptr)
        write_leaf(element);
    else {
        out_.begin("xs:complexType");
        out_.begin("xs:sequence");
        for (const MappedElement& child : element.children)
            write_element(child);
        out_.end();
        write_attributes(element);
        out_.end();
    }
    out_.end();
}

void Schema::write()
{
    out_.begin("xs:schema");
    out_.attribute("xmlns:xs", "http://www.w3.org/2001/XMLSchema");
    out_.attribute("targetNamespace", parts_.name_space);
    out_.attribute("elementFormDefault", "qualified");
    out_.begin("xs:element");
    out_.attribute("name", parts_.root);
    out_.begin("xs:complexType");
    out_.begin("xs:sequence");
    write_element(parts_.record);
    out_.end();
    out_.end();
    out_.end();
    out_.end();
}

} // namespace

std::string Mapping::schema() const
{
    XmlWriter out;
    out.comment(parts_.title);
    if (provisional_)
        out.comment("provisional: the names are not those of the guideline");
    Schema(out, parts_, batch_).write();
    return out.finish();
}

} // namespace handover
