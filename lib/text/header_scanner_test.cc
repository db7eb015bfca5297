// SPDX-License-Identifier: Apache-2.0
#include "text/header_scanner.h"

#include <doctest/doctest.h>
#include <string>
#include <tuple>

namespace {

text::HeaderScanner scanned(std::string_view message, std::size_t piece, std::size_t& used)
{
    text::HeaderScanner scanner;
    used = 0;
    while (!message.empty()) {
        used += scanner.scan(message.substr(0, piece));
        message.remove_prefix(std::min(piece, message.size()));
    }
    scanner.finish();
    return scanner;
}

constexpr std::string_view message = "Return-Path: <a@b>\r\n"
                                     "Received: from a\r\n"
                                     "\tby b; Received: not a field\r\n"
                                     "RECEIVED : from c\r\n"
                                     "Delivered-To: x\r\n"
                                     "Message-Id: \r\n"
                                     " <1@b>\r\n"
                                     "Message-ID: <2@b>\r\n"
                                     "Date: now\r\n"
                                     "From: me\r\n"
                                     "\r\n"
                                     "Received: body\r\n";

} // namespace

TEST_CASE("text: a header, cut anywhere")
{
    for (std::size_t piece = 1; piece <= message.size(); ++piece) {
        CAPTURE(piece);
        std::size_t used = 0;
        const auto scanner = scanned(message, piece, used);
        CHECK(scanner.done());
        CHECK(used == message.find("Received: body"));
        CHECK(scanner.size() == used);
        CHECK(scanner.fields() == 8);
        CHECK(scanner.received() == 2);
        CHECK(scanner.delivered_to() == 1);
        CHECK(scanner.has_return_path());
        CHECK(scanner.has_date());
        CHECK(scanner.has_from());
        CHECK(scanner.has_message_id());
        CHECK(scanner.message_id() == "<1@b>");
        CHECK(scanner.longest_line() == 29);
    }
}

TEST_CASE("text: headers that end oddly or not at all")
{
    struct Row {
        std::string_view text;
        std::uint32_t fields;
        std::size_t used;
    };
    static constexpr Row rows[] = {
        {"", 0, 0},
        {"\r\nbody", 0, 2},
        {"\nbody", 0, 1},
        {"a: b", 1, 4},
        {"a: b\r\n", 1, 6},
        {"a: b\n\nbody", 1, 6},
        {"nonsense\r\na: b\r\n\r\n", 2, 18},
        {" folded first\r\n\r\nx", 0, 17},
        {":\r\n\r\n", 1, 5},
        {"a: b\r\n \r\nc: d\r\n", 2, 15},
    };
    for (const Row& row : rows)
        for (std::size_t piece = 1; piece <= row.text.size() + 1; ++piece) {
            CAPTURE(row.text);
            std::size_t used = 0;
            const auto scanner = scanned(row.text, piece, used);
            CHECK(used == row.used);
            CHECK(scanner.fields() == row.fields);
        }
}

TEST_CASE("text: long names and ids are not kept")
{
    std::size_t used = 0;
    const std::string name = std::string(100000, 'x') + ": y\r\n";
    CHECK(scanned(name, 777, used).fields() == 1);
    for (const std::size_t piece : {1, 20, 99}) {
        const std::string odd = "Received" + std::string(40, ' ') + "x: y\r\n";
        CHECK(scanned(odd, piece, used).received() == 0);
    }
    const std::string id = "Message-ID: <" + std::string(5000, 'i') + ">\r\n\r\n";
    CHECK(scanned(id, 777, used).message_id().size() <= 250);
    CHECK(scanned("Message-ID: a\x01\xff\r\n\r\n", 99, used).message_id() == "a??");
}
