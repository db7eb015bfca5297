// SPDX-License-Identifier: Apache-2.0
// etsi/der_writer.cc - headers, numbers and times of DER.
#include "etsi/der_writer.h"

#include <array>
#include <cassert>
#include <iterator>

namespace etsi {

// X.690 8.1.3 and 10.1: the definite form, as short as can be.
void DerWriter::head(Identifier id, std::size_t length)
{
    assert(length <= 0xffffffffU);
    std::array<char, 6> bytes{};
    std::size_t at = bytes.size();
    if (length < 0x80) {
        bytes[--at] = static_cast<char>(length);
    } else {
        for (std::size_t rest = length; rest != 0; rest >>= 8)
            bytes[--at] = static_cast<char>(rest & 0xff);
        const std::size_t count = bytes.size() - at;
        bytes[--at] = static_cast<char>(0x80 | count);
    }
    bytes[--at] = static_cast<char>(id);
    raw({bytes.data() + at, bytes.size() - at});
}

// X.690 8.3: two's complement, shortest; what would read as negative gets a zero in front.
void DerWriter::integer(Identifier id, std::uint64_t value)
{
    std::array<char, 9> bytes{};
    std::size_t at = bytes.size();
    bool sign = false;
    do {
        bytes[--at] = static_cast<char>(value & 0xff);
        sign = (value & 0x80) != 0;
        value >>= 8;
    } while (value != 0);
    if (sign)
        bytes[--at] = 0;
    octets(id, {bytes.data() + at, bytes.size() - at});
}

void DerWriter::generalized_time(Identifier id, MicroTime time)
{
    octets(id, generalized_time_text(time));
}

void DerWriter::utc_time(Identifier id, MicroTime time)
{
    octets(id, utc_time_text(time));
}

void DerWriter::oid(Identifier id, std::initializer_list<std::uint32_t> arcs)
{
    inside(id, [&] {
        for (auto arc = std::rbegin(arcs); arc != std::rend(arcs); ++arc) {
            char octet = static_cast<char>(*arc & 0x7f);
            raw({&octet, 1});
            for (std::uint32_t rest = *arc >> 7; rest != 0; rest >>= 7) {
                octet = static_cast<char>(0x80 | (rest & 0x7f));
                raw({&octet, 1});
            }
        }
    });
}

} // namespace etsi
