// SPDX-License-Identifier: Apache-2.0
#include "etsi/der_reader.h"
#include "text/base64.h"

#include <doctest/doctest.h>

using etsi::Reader;
using etsi::ReadError;
using etsi::Rules;

namespace {

std::string bytes(std::string_view hex)
{
    return *text::from_hex(hex);
}

// "content,size" in hexadecimal and decimal, or the error.
std::string read(std::string_view hex, Rules rules, std::size_t most = etsi::most_element)
{
    const std::string octets = bytes(hex);
    const auto element = etsi::read_element(octets, rules, most);
    if (!element)
        return std::string(describe(element.error()));
    return text::hex(element->content) + "," + std::to_string(element->size);
}

const std::string incomplete(describe(ReadError::incomplete));
const std::string malformed(describe(ReadError::malformed));
const std::string too_long(describe(ReadError::too_long));
const std::string too_deep(describe(ReadError::too_deep));

} // namespace

TEST_CASE("etsi: elements of DER and BER")
{
    struct Case {
        std::string hex, der, ber;
    };
    const Case cases[] = {
        {"8000", ",2", ",2"},
        {"800141", "41,3", "41,3"},
        {"80014142", "41,3", "41,3"}, // what follows is another's
        {"80810141", malformed, "41,4"},
        {"8084000000014142", malformed, "41,7"},
        {"80880000000000000001"
         "41",
         malformed, "41,11"},
        {"8089000000000000000001"
         "41",
         malformed, malformed},
        {"80ff", malformed, malformed},
        {"a0800000", malformed, ",4"},
        {"a0808101410000", malformed, "810141,7"},
        {"a080a18082000000"
         "0000",
         malformed, "a18082000000,10"},
        {"80800000", malformed, malformed}, // primitive and indefinite
        {"0000", malformed, malformed},     // an end mark that ends nothing
        {"9f1f00", ",3", ",3"},
        {"9f1e00", malformed, malformed},
        {"9f8001"
         "00",
         malformed, malformed},
        {"9fffffff7f00", ",6", ",6"},
        {"9fffffffff7f00", malformed, malformed},
        {"80847fffffff", too_long, too_long},
        {"8088ffffffffffffffff", too_long, too_long},
    };
    for (const auto& [hex, der, ber] : cases) {
        CAPTURE(hex);
        CHECK(read(hex, Rules::der) == der);
        CHECK(read(hex, Rules::ber) == ber);
    }
}

TEST_CASE("etsi: an element cut anywhere is incomplete")
{
    for (const std::string& octets : {bytes("800541424344"
                                            "45"),
                                      bytes("9f1f820003414243"),
                                      bytes("a080a180820141000000"
                                            "00"),
                                      bytes("a08081084142434445464748"
                                            "0000")})
        for (std::size_t size = 0; size < octets.size(); ++size) {
            const auto element =
                etsi::read_element(std::string_view(octets).substr(0, size), Rules::ber);
            REQUIRE_FALSE(element.has_value());
            CHECK(element.error() == ReadError::incomplete);
        }
}

TEST_CASE("etsi: lengths and depth are bounded")
{
    CHECK(read("8003414243", Rules::der, 3) == "414243,5");
    CHECK(read("8003414243", Rules::der, 2) == too_long);
    CHECK(read("a08081034142430000", Rules::ber, 4) == too_long);
    std::string nested;
    for (std::size_t i = 0; i < etsi::most_depth; ++i)
        nested += "a080";
    CHECK(read(nested, Rules::ber) == incomplete);
    CHECK(read(nested + "a080", Rules::ber) == too_deep);
    std::string deep; // a megabyte of it costs no stack
    for (std::size_t i = 0; i < 500'000; ++i)
        deep += "a080";
    CHECK(read(deep, Rules::ber) == too_deep);
}

TEST_CASE("etsi: fields are found in the order of their tags, unknown ones skipped")
{
    const std::string content = bytes("800141"
                                      "9f640158"
                                      "a20281"
                                      "00"
                                      "840144");
    Reader fields(content, Rules::der);
    CHECK(fields.find_field(0)->content == "A");
    CHECK_FALSE(fields.find_field(1).has_value());
    CHECK(Reader(content, Rules::der).find_group(2).has_value() == false); // 100 is above 2
    const std::string later = bytes("800141"
                                    "a2028100"
                                    "840144"
                                    "990158");
    Reader more(later, Rules::der);
    CHECK_FALSE(more.find_field(1).has_value());
    CHECK_FALSE(more.find_field(2).has_value()); // constructed
    CHECK(more.find_group(2)->content == bytes("8100"));
    CHECK(more.find_field(4)->content == "D");
    CHECK_FALSE(more.at_end());
    CHECK(more.finish());
    CHECK(more.at_end());
}

TEST_CASE("etsi: a reader that met no element stays broken")
{
    Reader fields("\x80\x05"
                  "A",
                  Rules::der);
    CHECK_FALSE(fields.next().has_value());
    CHECK(fields.broken());
    CHECK_FALSE(fields.at_end());
    CHECK_FALSE(fields.find_field(0).has_value());
    CHECK_FALSE(fields.finish());
}

TEST_CASE("etsi: numbers")
{
    using etsi::unsigned_value;
    CHECK(unsigned_value(bytes("00"), Rules::der) == 0);
    CHECK(unsigned_value(bytes("7f"), Rules::der) == 127);
    CHECK(unsigned_value(bytes("0080"), Rules::der) == 128);
    CHECK(unsigned_value(bytes("00ffffffffffffffff"), Rules::der) == 0xffffffffffffffffU);
    CHECK_FALSE(unsigned_value("", Rules::ber).has_value());
    CHECK_FALSE(unsigned_value(bytes("80"), Rules::ber).has_value()); // negative
    CHECK_FALSE(unsigned_value(bytes("0001"), Rules::der).has_value());
    CHECK(unsigned_value(bytes("00000001"), Rules::ber) == 1);
    CHECK_FALSE(unsigned_value(bytes("010000000000000000"), Rules::ber).has_value());
    CHECK(etsi::boolean_value(bytes("ff"), Rules::der) == true);
    CHECK(etsi::boolean_value(bytes("00"), Rules::der) == false);
    CHECK_FALSE(etsi::boolean_value(bytes("01"), Rules::der).has_value());
    CHECK(etsi::boolean_value(bytes("01"), Rules::ber) == true);
    CHECK_FALSE(etsi::boolean_value("", Rules::ber).has_value());
}

TEST_CASE("etsi: object identifiers are read as they were written")
{
    using Arcs = std::vector<std::uint32_t>;
    CHECK(etsi::oid_arcs(bytes("0400020205012b")) == Arcs{4, 0, 2, 2, 5, 1, 43});
    CHECK(etsi::oid_arcs(bytes("8fffffff7f")) == Arcs{0xffffffff});
    for (const char* hex : {"", "80", "8001", "81", "0481", "9080808000"})
        CHECK_FALSE(etsi::oid_arcs(bytes(hex)).has_value());
    CHECK_FALSE(etsi::oid_arcs(std::string(65, '\1')).has_value());
}
