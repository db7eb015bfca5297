// SPDX-License-Identifier: Apache-2.0
#include "etsi/der_writer.h"
#include "text/base64.h"

#include <doctest/doctest.h>

using etsi::DerWriter;

namespace {

template <class Describe>
std::string hex_of(const Describe& describe)
{
    return text::hex(etsi::der(describe));
}

} // namespace

TEST_CASE("etsi: integers are two's complement and shortest")
{
    struct Case {
        std::uint64_t value;
        const char* hex;
    };
    for (const auto& [value, hex] :
         {Case{0, "840100"}, Case{1, "840101"}, Case{127, "84017f"}, Case{128, "84020080"},
          Case{192, "840200c0"}, Case{255, "840200ff"}, Case{256, "84020100"},
          Case{49152, "840300c000"}, Case{0x7fffffff, "84047fffffff"},
          Case{0xffffffff, "840500ffffffff"},
          Case{0x7fffffffffffffff, "84087fffffffffffffff"},
          Case{0xffffffffffffffff, "840900ffffffffffffffff"}})
        CHECK(hex_of([&](DerWriter& out) { out.integer(etsi::field(4), value); }) == hex);
}

TEST_CASE("etsi: lengths are definite and shortest")
{
    struct Case {
        std::size_t size;
        const char* head;
    };
    for (const auto& [size, head] :
         {Case{0, "0400"}, Case{1, "0401"}, Case{127, "047f"}, Case{128, "048180"},
          Case{255, "0481ff"}, Case{256, "04820100"}, Case{65535, "0482ffff"},
          Case{65536, "0483010000"}, Case{20'000'000, "048401312d00"}}) {
        const std::string content(size, 'x');
        const std::string out = etsi::der([&](DerWriter& w) { w.octets(0x04, content); });
        REQUIRE(out.size() > size);
        CHECK(text::hex(std::string_view(out).substr(0, out.size() - size)) == head);
        CHECK(out.ends_with(content));
    }
}

TEST_CASE("etsi: what is inside comes out in order, whatever its length")
{
    CHECK(hex_of([](DerWriter& out) {
              out.inside(etsi::universal_sequence, [&] {
                  out.inside(etsi::group(2), [&] { out.null(etsi::field(5)); });
                  out.boolean(etsi::field(1), false);
                  out.boolean(etsi::field(0), true);
              });
          }) == "300a8001ff810100a2028500");
    const std::string long_one(200, 'a');
    const std::string out = etsi::der([&](DerWriter& w) {
        w.inside(etsi::universal_sequence,
                 [&] { w.octets(etsi::universal_utf8, long_one); });
    });
    CHECK(text::hex(out.substr(0, 6)) == "3081cb0c81c8");
}

TEST_CASE("etsi: what is appended leaves what was there")
{
    std::string out = "before";
    etsi::append_der(out, [](DerWriter& w) { w.null(0x05); });
    CHECK(out == std::string("before\x05\0", 8));
}

TEST_CASE("etsi: object identifiers, seven bits an octet")
{
    const auto oid = [](std::initializer_list<std::uint32_t> arcs) {
        return hex_of([&](DerWriter& out) { out.oid(etsi::field(0), arcs); });
    };
    CHECK(oid({4, 0, 2, 2, 5, 1, 43}) == "80070400020205012b");
    CHECK(oid({5, 2, 20, 1}) == "800405021401");
    CHECK(oid({42, 840, 113549}) == "80062a864886f70d");
    CHECK(oid({127, 128, 16383, 16384}) == "80087f8100ff7f818000");
    CHECK(oid({0xffffffff}) == "80058fffffff7f");
    CHECK(oid({0}) == "800100");
}
