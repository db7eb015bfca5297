// SPDX-License-Identifier: Apache-2.0
#include "handover/disc_index.h"

#include <doctest/doctest.h>

namespace {

const std::string content = "D2AE26081709050800004";
const std::string document = "D2AE26081709050700001";

} // namespace

TEST_CASE("handover: the index of a disc names each content and its document")
{
    using handover::DiscIndex;
    DiscIndex index;
    CHECK(index.text("", true).empty());
    index.add_document("IRI/" + document, "<?xml?><a>" + content +
                                              "</a><b>D2AE26081709050900004</b>" + "<c>x" +
                                              content + "</c><d>" + content + "0</d>");
    CHECK(index.text("", true).empty()); // none of them is on the disc
    index.add_content("CC/" + content);
    index.add_content("CC/D2AE26081709051000004");
    const std::string whole = "CC/" + content + ";IRI/" + document + "\r\n";
    CHECK(index.text("", false) == whole);
    CHECK(index.text("", true) == whole + "CC/D2AE26081709051000004;\r\n");
    CHECK(index.text(".p7m", true) == "CC/" + content + ".p7m;IRI/" + document +
                                          ".p7m\r\nCC/D2AE26081709051000004.p7m;\r\n");

    DiscIndex pdus;
    pdus.add_content("CC/" + content);
    pdus.add_document("IRI/" + document, "0\x82" + content);
    CHECK(pdus.text("", false).empty());
}

TEST_CASE("handover: the index of a disc is read as it is written, and cut anywhere")
{
    const std::string text = "CC/a;IRI/b\r\nCC/c;IRI/d\r\n";
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    CHECK(handover::read_disc_index(text) == Pairs{{"CC/a", "IRI/b"}, {"CC/c", "IRI/d"}});
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK(handover::read_disc_index(text.substr(0, size)).size() <= 2);
    CHECK(handover::read_disc_index("CC/a;\r\n") == Pairs{{"CC/a", ""}});
    CHECK(handover::read_disc_index("x") == Pairs{{"x", ""}});
}
