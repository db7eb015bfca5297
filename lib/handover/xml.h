// SPDX-License-Identifier: Apache-2.0
// handover/xml.h - writes an XML document by libxml2; everything is escaped there.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace handover {

// Well-formed UTF-8 of characters that XML 1.0 section 2.2 allows; everything else becomes
// U+FFFD.
[[nodiscard]] std::string xml_text(std::string_view octets);

// Throws base::Failure(repair_system) if there is no memory.
class XmlWriter {
public:
    XmlWriter();
    ~XmlWriter();
    XmlWriter(const XmlWriter&) = delete;
    XmlWriter& operator=(const XmlWriter&) = delete;

    void comment(std::string_view text); // "--" in it becomes "- -"
    void begin(const std::string& element);
    void attribute(const std::string& name, std::string_view value);
    void text(std::string_view value);
    void end();
    // Ends the document; the writer is done.
    [[nodiscard]] std::string finish();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace handover
