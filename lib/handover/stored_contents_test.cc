// SPDX-License-Identifier: Apache-2.0
#include "handover/stored_contents.h"

#include <doctest/doctest.h>

namespace {

db::HandoverItem item_of(std::uint32_t cin, std::string mailbox)
{
    li::Event event;
    event.session = std::move(mailbox);
    db::HandoverItem item;
    item.cin = cin;
    item.text = li::encode(event);
    return item;
}

} // namespace

TEST_CASE(
    "handover: of what stored contents are is read again; damage costs that much only")
{
    const std::vector<db::HandoverItem> items{item_of(7, "anna"),
                                              item_of(4'294'967'295, "bert")};
    const std::string first = handover::encode_contents({&items[0], 1});
    const std::string text = handover::encode_contents(items);
    const auto all = handover::decode_contents(text);
    CHECK(all.whole);
    REQUIRE(all.known.size() == 2);
    CHECK(all.known[0].cin == 7);
    CHECK(all.known[0].event.session == "anna");
    CHECK(all.known[1].cin == 4'294'967'295);
    CHECK(all.known[1].event.session == "bert");
    CHECK(handover::decode_contents("").whole);

    for (std::size_t length = 1; length < text.size(); ++length) {
        CAPTURE(length);
        const auto cut =
            handover::decode_contents(std::string_view(text).substr(0, length));
        CHECK(cut.whole == (length == first.size()));
        CHECK(cut.known.size() == (length < first.size() ? 0 : 1));
    }
    for (const char* damaged :
         {"x", "x 3\nabc", "7 x\nabc", "7\n3 abc", "7 -3\nabc", "7 3 abc",
          "4294967296 3\nabc", "7 99999999999999999999\nabc"}) {
        CAPTURE(damaged);
        const auto left = handover::decode_contents((first + damaged).append(first));
        CHECK_FALSE(left.whole);
        CHECK(left.known.size() == 1);
    }
    // An event that cannot be read is one that is missing.
    const auto two = handover::decode_contents(first + "8 3\nabc" + first);
    CHECK_FALSE(two.whole);
    CHECK(two.known.size() == 2);
}
