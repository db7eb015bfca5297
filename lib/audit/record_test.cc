// SPDX-License-Identifier: Apache-2.0
#include "audit/anchor.h"
#include "audit/chain.h"
#include "audit/escape.h"
#include "audit/record.h"

#include <doctest/doctest.h>

using audit::Head;
using audit::Record;

TEST_CASE("audit: one text has one escaped form")
{
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    CHECK(audit::escape("a b%\n\xff=:") == "a%20b%25%0A%FF=:");
    CHECK(audit::unescape(audit::escape(all)) == all);
    for (const char* wrong : {"%", "%2", "%2x", "%41", "%0a", "a b", "\n", "\x7f", "\xff"})
        CHECK_FALSE(audit::unescape(wrong));
    for (const char* wrong : {"", "01", "-1", "+1", "1 ", "18446744073709551616"})
        CHECK_FALSE(audit::number_of(wrong));
    CHECK(audit::number_of("0") == 0u);
}

TEST_CASE("audit: a record is read as it was written, and deleting keeps the chain")
{
    const Head before{4, seal::sha256("before")};
    Record record = audit::make_record(before, {{"time", "now 5"}, {"act", ""}});
    std::string line = audit::encode(record);
    line.pop_back();
    auto read = audit::parse_record(line, before);
    REQUIRE(read);
    CHECK(read->get("time") == "now 5");
    CHECK(read->get("nothing").empty());
    CHECK(read->head() == record.head());
    CHECK(audit::make_record(before, {{"time", "now 5"}, {"act", ""}}).chain !=
          record.chain); // salts
    CHECK_FALSE(audit::parse_record(line, {3, before.chain}));
    CHECK_FALSE(audit::parse_record(line, {4, record.chain}));

    read->erase();
    std::string rest = audit::encode(*read);
    CHECK_FALSE(rest.contains("now"));
    CHECK_FALSE(rest.contains(':'));
    rest.pop_back();
    const auto again = audit::parse_record(rest, before);
    REQUIRE(again);
    CHECK(again->deleted());
    CHECK(again->chain == record.chain);
}

TEST_CASE("audit: no line but the one that was written is a record")
{
    const Head before{0, {}};
    const Record record = audit::make_record(before, {{"time", "5 %"}, {"act", "x"}});
    Record erased = record;
    erased.erase();
    for (const Record& one : {record, erased}) {
        std::string line = audit::encode(one);
        line.pop_back();
        for (std::size_t i = 0; i < line.size(); ++i) {
            CHECK_FALSE(audit::parse_record(line.substr(0, i), before));
            for (int byte = 0; byte < 256; ++byte) {
                std::string changed = line;
                changed[i] = static_cast<char>(byte);
                CHECK((audit::parse_record(changed, before).has_value()) ==
                      (changed == line));
            }
        }
        CHECK_FALSE(audit::parse_record(line + ' ', before));
    }
}

TEST_CASE("audit: heads and anchors")
{
    const audit::Heads heads{{7, seal::sha256("log")}, {0, seal::sha256("grants")}};
    const std::string anchor = audit::encode_anchor(heads);
    CHECK(anchor.size() == audit::anchor_size);
    CHECK(audit::parse_anchor(anchor) == heads);
    for (std::size_t i = 0; i < anchor.size(); ++i) {
        std::string changed = anchor;
        changed[i] ^= 1;
        CHECK_FALSE(audit::parse_anchor(changed));
        CHECK_FALSE(audit::parse_anchor(anchor.substr(0, i)));
    }
    CHECK(audit::parse_head(audit::to_text(heads.log)) == heads.log);
    for (const char* wrong : {"", "7", "7:", "7:00", ":00"})
        CHECK_FALSE(audit::parse_head(wrong));
}
