// SPDX-License-Identifier: Apache-2.0
// The golden vectors: what four foreign decoders agreed upon, octet by octet.
#include "etsi/pdu.h"
#include "etsi/samples_test.h"
#include "text/base64.h"

#include <doctest/doctest.h>

namespace {

std::string hex_of(const etsi::Pdu& pdu)
{
    const auto bytes = etsi::encode(pdu);
    REQUIRE(bytes.has_value());
    return text::hex(*bytes);
}

constexpr std::string_view head = "a14b80070400020205012b810d424b412d544553542d3030303182"
                                  "024445a31aa01180053439393939810873706f6e74732d3181010182"
                                  "02444584";

const std::string first =
    "30820111" + std::string(head) +
    "0101a70b800467752e40810301e240880101a281c1a081be3081bb800104a281b5a181b2800405021401"
    "810101a214810100a2068104c000020a8301038504ffffffffa314810100a2068104c633641983010385"
    "04ffffffff840300c0008501198602013887020604880101890f616e6e61406578616d706c652e6465aa"
    "230c0f626f62406578616d706c652e6f72670c106361726c406578616d706c652e6f72678b01038c0102"
    "8d0e3c31406578616d706c652e64653eb019a117800f616e6e61406578616d706c652e64658101018401"
    "03910100";

} // namespace

TEST_CASE("etsi: golden vector 1, e-mail event")
{
    CHECK(hex_of(etsi::samples::event()) == first);
}

TEST_CASE("etsi: golden vector 2, content")
{
    CHECK(hex_of(etsi::samples::content()) ==
          "3077" + std::string(head) +
              "0101a70b800467752e4081030368e0880101a228a1263024800100a21fa11d80040502140281"
              "0102"
              "821246726f6d3a20610d0a0d0a68690d0a2e0d0a");
}

TEST_CASE("etsi: golden vector 3, keep-alive without a session")
{
    CHECK(
        hex_of(etsi::samples::keep_alive()) ==
        "3050a14880070400020205012b810d424b412d544553542d3030303182024445a317a0118005343939"
        "39"
        "39810873706f6e74732d3182024445840100a70b800467752e40810301e240880101a204a2028300");
}

TEST_CASE("etsi: golden vector 4, first segment, no time")
{
    CHECK(hex_of(etsi::samples::first_segment()) ==
          "3043a13b80070400020205012b810d424b412d544553542d3030303182024445a31aa01180053439"
          "393939"
          "810873706f6e74732d318101018202444584"
          "0102a204a2028500");
}

TEST_CASE("etsi: golden vector 5, hash over vector 1")
{
    CHECK(hex_of(etsi::samples::hash_of_event()) ==
          "308183" + std::string(head) +
              "0101a70b800467752e40810301e240880101a234a232a030a00302010181010182010183205d"
              "ebe3e578"
              "a894876abb705ae2830714d4193888e210f75a89d6787e2feda328840102");
}

TEST_CASE("etsi: version 40 differs in one octet")
{
    for (etsi::Pdu pdu : {etsi::samples::event(), etsi::samples::content(),
                          etsi::samples::keep_alive(), etsi::samples::first_segment()}) {
        std::string expected = hex_of(pdu);
        expected.replace(expected.find("0205012b") + 6, 2, "28");
        pdu.header.version = 40;
        CHECK(hex_of(pdu) == expected);
    }
}
