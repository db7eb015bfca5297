// SPDX-License-Identifier: Apache-2.0
// etsi/der_writer.h - DER (X.690) written back to front: the last octet first.
//
// In this order the length of everything is known when its header is written, so nothing is
// moved or measured twice.  A writer without a buffer only counts; der() runs the same
// description twice, counting and writing, and so needs one allocation of the exact size.
// Therefore a description must be a pure function of its values, and names the LAST field
// of a sequence first.  Tags above 30 and lengths above 4 GB do not occur here.
#pragma once

#include "etsi/time.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace etsi {

// First octets of an element: class, constructed or not, tag.
using Identifier = std::uint8_t;
constexpr Identifier field(unsigned tag) // [tag] IMPLICIT of a primitive type
{
    return static_cast<Identifier>(0x80 | tag);
}
constexpr Identifier group(unsigned tag) // [tag] of a constructed type, or of a CHOICE
{
    return static_cast<Identifier>(0xa0 | tag);
}
inline constexpr Identifier universal_sequence = 0x30;
inline constexpr Identifier universal_integer = 0x02;
inline constexpr Identifier universal_utf8 = 0x0c;

class DerWriter {
public:
    DerWriter() = default; // counts only
    // Writes towards the front, ending just before `end`; there is room for what was
    // counted.
    explicit DerWriter(char* end) : at_(end) {}

    [[nodiscard]] std::size_t size() const { return size_; }

    // Octet strings, UTF-8 and other strings, content of object identifiers.
    void octets(Identifier id, std::string_view content)
    {
        raw(content);
        head(id, content.size());
    }
    void integer(Identifier id, std::uint64_t value); // ENUMERATED has the same content
    void boolean(Identifier id, bool value)
    {
        const char octet = value ? '\xff' : '\0';
        octets(id, {&octet, 1});
    }
    void null(Identifier id) { head(id, 0); }
    // OBJECT IDENTIFIER or RELATIVE-OID by its sub-identifiers (X.690 8.19, 8.20); the
    // first two arcs of an OBJECT IDENTIFIER are given as one, 40 * a + b.
    void oid(Identifier id, std::initializer_list<std::uint32_t> arcs);
    void generalized_time(Identifier id, MicroTime time);
    void utc_time(Identifier id, MicroTime time);

    // What `content` writes becomes the content of one element.
    template <class Content>
    void inside(Identifier id, Content&& content)
    {
        const std::size_t before = size_;
        content();
        head(id, size_ - before);
    }

    void raw(std::string_view bytes)
    {
        size_ += bytes.size();
        if (at_ == nullptr || bytes.empty())
            return;
        at_ -= bytes.size();
        std::memcpy(at_, bytes.data(), bytes.size());
    }

private:
    void head(Identifier id, std::size_t length);

    char* at_ = nullptr;
    std::size_t size_ = 0;
};

// Appends what `describe(DerWriter&)` writes.
template <class Describe>
void append_der(std::string& out, const Describe& describe)
{
    DerWriter counter;
    describe(counter);
    const std::size_t total = out.size() + counter.size();
    out.resize_and_overwrite(total, [&](char* bytes, std::size_t) {
        DerWriter writer(bytes + total);
        describe(writer);
        return total;
    });
}

template <class Describe>
[[nodiscard]] std::string der(const Describe& describe)
{
    std::string out;
    append_der(out, describe);
    return out;
}

} // namespace etsi
