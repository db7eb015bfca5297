// SPDX-License-Identifier: Apache-2.0
// handover/xml.cc - see the header.
#include "handover/xml.h"

#include "base/failure.h"
#include "text/lines.h"

#include <libxml/xmlwriter.h>

namespace handover {

namespace {

struct Free {
    void operator()(xmlBuffer* buffer) const { ::xmlBufferFree(buffer); }
    void operator()(xmlTextWriter* writer) const { ::xmlFreeTextWriter(writer); }
};

void check(int result)
{
    if (result < 0)
        throw base::Failure(base::Remedy::repair_system, "write XML: no memory");
}

const xmlChar* chars(const std::string& text)
{
    return reinterpret_cast<const xmlChar*>(text.c_str());
}

constexpr std::string_view replacement = "\xef\xbf\xbd";

// Of a sequence that is UTF-8: U+FFFE and U+FFFF are UTF-8, but no characters.
bool is_character(std::string_view sequence)
{
    const auto first = static_cast<unsigned char>(sequence[0]);
    if (sequence.size() == 1)
        return first >= 0x20 || first == '\t' || first == '\n' || first == '\r';
    return sequence != "\xef\xbf\xbe" && sequence != "\xef\xbf\xbf";
}

} // namespace

struct XmlWriter::Parts {
    std::unique_ptr<xmlBuffer, Free> buffer; // outlives the writer
    std::unique_ptr<xmlTextWriter, Free> writer;
};

std::string xml_text(std::string_view octets)
{
    std::string out;
    out.reserve(octets.size());
    while (!octets.empty()) {
        const std::size_t length = text::utf8_length(octets);
        const bool fine = length != 0 && is_character(octets.substr(0, length));
        out += fine ? octets.substr(0, length) : replacement;
        octets.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

XmlWriter::XmlWriter() : parts_(std::make_unique<Parts>())
{
    parts_->buffer.reset(::xmlBufferCreate());
    if (parts_->buffer)
        parts_->writer.reset(::xmlNewTextWriterMemory(parts_->buffer.get(), 0));
    check(parts_->writer ? 0 : -1);
    check(::xmlTextWriterStartDocument(parts_->writer.get(), nullptr, "UTF-8", nullptr));
    check(::xmlTextWriterSetIndent(parts_->writer.get(), 1));
}

XmlWriter::~XmlWriter() = default;

void XmlWriter::comment(std::string_view words)
{
    std::string out;
    for (const char c : xml_text(words)) {
        if (c == '-' && out.ends_with('-'))
            out += ' ';
        out += c;
    }
    check(::xmlTextWriterWriteComment(parts_->writer.get(), chars(' ' + out + ' ')));
}

void XmlWriter::begin(const std::string& element)
{
    check(::xmlTextWriterStartElement(parts_->writer.get(), chars(element)));
}

void XmlWriter::attribute(const std::string& name, std::string_view value)
{
    check(::xmlTextWriterWriteAttribute(parts_->writer.get(), chars(name),
                                        chars(xml_text(value))));
}

void XmlWriter::text(std::string_view value)
{
    check(::xmlTextWriterWriteString(parts_->writer.get(), chars(xml_text(value))));
}

void XmlWriter::end()
{
    check(::xmlTextWriterEndElement(parts_->writer.get()));
}

std::string XmlWriter::finish()
{
    check(::xmlTextWriterEndDocument(parts_->writer.get()));
    parts_->writer.reset(); // flushes
    return {reinterpret_cast<const char*>(::xmlBufferContent(parts_->buffer.get())),
            static_cast<std::size_t>(::xmlBufferLength(parts_->buffer.get()))};
}

} // namespace handover
