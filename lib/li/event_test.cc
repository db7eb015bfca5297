// SPDX-License-Identifier: Apache-2.0
#include "li/cbor.h"
#include "li/event.h"

#include <doctest/doctest.h>
#include <limits>

namespace {

li::Event full_event()
{
    li::Event event;
    event.measure.fill(0xa5);
    event.protocol = li::Protocol::imap;
    event.what = li::What::login;
    event.status = li::Status::failed;
    event.time = 1'795'000'000'123'456;
    event.session = "mail-1-4711-2";
    event.session_begin = -1;
    event.session_end = std::numeric_limits<std::int64_t>::min();
    event.leg = "in";
    event.client = {.address = "2001:db8::1", .port = 65535};
    event.server = {.address = "192.0.2.1", .port = 993};
    event.client_octets = std::numeric_limits<std::uint64_t>::max();
    event.server_octets = 23;
    event.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384";
    event.mechanism = "PLAIN";
    event.user = "m\xc3\xbcller";
    event.mailbox = std::string("\0\xff", 2);
    event.sender = "a@example.org";
    event.sender_validated = true;
    event.recipients = {"b@example.org", "", "c@example.org"};
    event.total_recipients = 70000;
    event.message_id = "<1@example.org>";
    event.queue_id = "Q1";
    event.size = 256;
    event.cause = {
        .layer = "protocol", .code = "NO", .enhanced = "IN-USE", .text = "in use"};
    event.features = {{"uid", "17"}, {"folder", "INBOX"}, {"uid", ""}};
    event.forward_chain = {"d@example.net"};
    event.duplicate_of = "Q0";
    event.matched = "a@example.org";
    event.direction = li::Direction::to_target;
    event.content_octets = 65536;
    event.content_digest.fill(7);
    event.content_lost = "full";
    event.events_lost = 3;
    return event;
}

} // namespace

TEST_CASE("li: an event comes back as it was")
{
    for (const li::Event& event : {full_event(), li::Event{}}) {
        const auto again = li::decode(li::encode(event));
        REQUIRE(again);
        CHECK(*again == event);
    }
    CHECK(li::encode(li::Event{}).size() < 32);
}

TEST_CASE("li: every value of the enums")
{
    for (int what = 0; what <= static_cast<int>(li::What::gap); ++what)
        for (int status = 0; status <= 2; ++status)
            for (int other = 0; other <= 2; ++other) {
                li::Event event;
                event.what = static_cast<li::What>(what);
                event.status = static_cast<li::Status>(status);
                event.protocol = static_cast<li::Protocol>(other);
                event.direction = static_cast<li::Direction>(other);
                CHECK(li::decode(li::encode(event)) == event);
            }
}

TEST_CASE("li: an event cut at any byte is refused")
{
    const std::string whole = li::encode(full_event());
    for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(li::decode(std::string_view(whole).substr(0, length)));
    }
    CHECK_FALSE(li::decode(whole + '\0'));
}

TEST_CASE("li: what a newer program wrote is skipped")
{
    using li::cbor::Major;
    std::string text;
    li::cbor::append_head(text, Major::map, 3);
    li::cbor::append_head(text, Major::number, 17);
    li::cbor::append_string(text, Major::bytes, "PLAIN");
    li::cbor::append_head(text, Major::number, 1000);
    li::cbor::append_head(text, Major::map, 1);
    li::cbor::append_string(text, Major::text, "a");
    li::cbor::append_head(text, Major::array, 3);
    li::cbor::append_integer(text, -70000);
    text += "\xfb"
            "12345678"; // a double
    li::cbor::append_head(text, Major::tag, 1);
    li::cbor::append_integer(text, 5);
    li::cbor::append_head(text, Major::number, 1001);
    li::cbor::append_head(text, Major::simple, 22); // null
    const auto event = li::decode(text);
    REQUIRE(event);
    CHECK(event->mechanism == "PLAIN");
}

TEST_CASE("li: what no event can be")
{
    using namespace std::string_literals;
    const std::string cases[] = {
        "",
        "\x80",                                            // an array
        "\xbf\xff",                                        // a map of indefinite length
        "\xbb\xff\xff\xff\xff\xff\xff\xff\xff"s,           // more entries than anything has
        "\xa1\x03\x0b",                                    // an unknown What
        "\xa1\x02\x20",                                    // a negative protocol
        "\xa1\x01\x41\x00"s,                               // a handle of one byte
        "\xa1\x0b\x1a\x00\x01\x00\x00"s,                   // a port beyond 65535
        "\xa1\x15\xf6",                                    // null is neither true nor false
        "\xa1\x16\x9b\x7f\xff\xff\xff\xff\xff\xff\xff"s,   // recipients that are not there
        "\xa1\x1f\x81\x40",                                // a feature without a value
        "\xa2\x17\x01\x17\x01",                            // twice the same
        "\xa2\x17\x01\x07\x01",                            // not ascending
        "\xa1\x05\x1b\xff\xff\xff\xff\xff\xff\xff\xff"s,   // a time beyond all
        "\xa1\x18\x64" + std::string(9, '\x81') + "\x00"s, // arrays within arrays
    };
    for (const std::string& text : cases) {
        CAPTURE(text);
        CHECK_FALSE(li::decode(text));
    }
    CHECK_FALSE(li::decode(std::string(li::event_limit + 1, '\x00')));
}

TEST_CASE("li: lengths take their shortest form")
{
    struct Case {
        std::uint64_t value;
        std::string text;
    };
    using namespace std::string_literals;
    // RFC 8949 appendix A
    const Case cases[] = {
        {0, "\x00"s},
        {23, "\x17"},
        {24, "\x18\x18"},
        {255, "\x18\xff"},
        {256, "\x19\x01\x00"s},
        {65535, "\x19\xff\xff"},
        {1'000'000, "\x1a\x00\x0f\x42\x40"s},
        {1'000'000'000'000, "\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00"s},
        {std::numeric_limits<std::uint64_t>::max(), "\x1b\xff\xff\xff\xff\xff\xff\xff\xff"},
    };
    for (const Case& it : cases) {
        std::string text;
        li::cbor::append_head(text, li::cbor::Major::number, it.value);
        CHECK(text == it.text);
    }
    std::string negative;
    li::cbor::append_integer(negative, -1000);
    CHECK(negative == "\x39\x03\xe7");
}
