// SPDX-License-Identifier: Apache-2.0
// The example in sponts-spool(5) is what the code writes, and the code reads it.
#include "spool/format.h"
#include "spool/record.h"
#include "spool/sum.h"

#include <doctest/doctest.h>
#include <fstream>
#include <sstream>
#include <string>

namespace {

std::string example_of_page()
{
    std::ifstream page("man/sponts-spool.5"); // the tests run at the top of the tree
    REQUIRE(page);
    std::string line;
    std::string text;
    while (std::getline(page, line) && line.find("unit test writes") == line.npos) {
    }
    std::getline(page, line);
    REQUIRE(line == ".Bd -literal");
    while (std::getline(page, line) && line != ".Ed")
        if (line.starts_with("    "))
            text.insert(text.size() - 1, " " + line.substr(4));
        else
            text += line + "\n";
    return text;
}

// As the page shows it: one space where there are more, none at the end, no CR.
std::string as_shown(const std::string& segment)
{
    std::string text;
    for (const char c : segment) {
        if (c == '\r' || (c == ' ' && text.ends_with(' ')))
            continue;
        if (c == '\n' && text.ends_with(' '))
            text.pop_back();
        text += c;
    }
    return text;
}

std::string example_segment()
{
    spool::SegmentHead head;
    head.number = 0xde11e0000;
    head.key = 0x5b1f0d6a93c27e48;
    head.made = "2026-11-21T22:12:37+00:00";
    head.by = "relay 4711";
    spool::Envelope envelope;
    envelope.arrival = 1'795'557'000'123'456;
    envelope.sender = "anna@example.org";
    envelope.recipients = {{"ben@example.net", spool::notify_default, ""},
                           {"carla@example.net",
                            spool::notify_failure | spool::notify_delay,
                            "rfc822;carla@example.net"}};
    envelope.client = {"192.0.2.1", 40001, "mail.example.org", "mail.example.org", "ESMTPS",
                       "",          "in"};
    envelope.body = spool::Body::eight_bit_mime;
    envelope.hops = 1;
    envelope.dot_lines = false;
    const std::string message = "Subject: hello\r\n\r\nHello Ben and Carla.\r\n";
    auto record = spool::begin_record(envelope);
    const spool::RecordPlace place{head.number, head.key, spool::head_size};
    spool::place_record(record, place, spool::MessageId({place.segment, place.offset}),
                        static_cast<std::uint32_t>(message.size()), spool::sum_of(message));
    std::string text =
        encode_head(head) + record.prefix + message + std::string(record.tail_text());
    return text + spool::encode_sealed_mark(head.number, head.key, text.size());
}

} // namespace

TEST_CASE("spool: the manual's example is what is written")
{
    CHECK(example_of_page() == as_shown(example_segment()));
}
