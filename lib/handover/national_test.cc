// SPDX-License-Identifier: Apache-2.0
#include "handover/content_file.h"
#include "handover/national.h"
#include "handover/xml.h"

#include <doctest/doctest.h>

using namespace handover;

namespace {

const std::string smallest = "[document]\nroot = all\nrecord = one\nnamespace = urn:x\n"
                             "[fields]\nreference = head/ref\ncorrelation = head/@cin\n"
                             "sequence = head/@number\ntest = head/@test\n"
                             "event = what\nstatus = what/@how\nprotocol = @by\n"
                             "time = when\n";

Mapping mapping(const std::string& more = "")
{
    const auto parsed = Mapping::parse(smallest + more);
    REQUIRE_MESSAGE(parsed.has_value(), (parsed ? "" : parsed.error()));
    return *parsed;
}

NationalRecord record()
{
    NationalRecord it;
    it.reference = "BKA<1>&";
    it.correlation = 7;
    it.event.time = 1'786'950'307'123'456; // 2026-08-17 09:05:07 +02:00
    it.event.what = li::What::login;
    it.event.status = li::Status::succeeded;
    it.event.protocol = li::Protocol::imap;
    return it;
}

std::string one(const Mapping& by, const NationalRecord& it)
{
    std::string all = by.document({&it, 1});
    return all.substr(all.find("<one"));
}

} // namespace

TEST_CASE("handover: a document has what the mapping says, in its order")
{
    CHECK(mapping().document({}) ==
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<!-- provisional: the names are not those of the guideline -->\n"
          "<all xmlns=\"urn:x\"/>\n");
    CHECK(one(mapping("[document]\nprovisional = no\n"), record()) ==
          "<one by=\"imap\">\n  <head cin=\"7\" number=\"0\" test=\"no\">\n"
          "   <ref>BKA&lt;1&gt;&amp;</ref>\n  </head>\n"
          "  <what how=\"succeeded\">login</what>\n"
          "  <when>2026-08-17T09:05:07+02:00</when>\n </one>\n</all>\n");
}

TEST_CASE("handover: lists and pairs are repeated, what is missing is left out")
{
    const Mapping by =
        mapping("recipients = mail/to\nfeatures = mail/x\nsender = mail/from\n"
                "[document]\ntime = utc\n[values event]\nlogin = rein\n");
    NationalRecord it = record();
    CHECK(one(by, it).find("<mail>") == std::string::npos);
    it.event.recipients = {"a@b", "\"<&"};
    it.event.features = {{"SIZE", "3"}, {"folder", "\x01\xff\xe4\xef\xbf\xbf"}};
    const std::string text = one(by, it);
    CHECK(text.contains("<to>a@b</to>\n   <to>&quot;&lt;&amp;</to>"));
    CHECK(text.contains("<x name=\"SIZE\">3</x>"));
    CHECK(text.contains(
        "<x name=\"folder\">\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</x>"));
    CHECK(text.contains(">rein</what>"));
    CHECK(text.contains("<when>2026-08-17T07:05:07.123456Z</when>"));
    CHECK_FALSE(text.contains("<from"));
}

TEST_CASE("handover: text for XML is UTF-8 of allowed characters, whatever it was")
{
    CHECK(xml_text("a\t\xc3\xa4\xf0\x9f\x98\x80") == "a\t\xc3\xa4\xf0\x9f\x98\x80");
    CHECK(xml_text(std::string_view("\0", 1)) == "\xef\xbf\xbd");
    CHECK(xml_text("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(xml_text("\xc3") == "\xef\xbf\xbd");
}

TEST_CASE("handover: a mapping that says nonsense is refused, with its line")
{
    const auto wrong = [](const std::string& line) {
        const auto parsed = Mapping::parse(smallest + line + "\n");
        return parsed ? std::string() : parsed.error();
    };
    CHECK(wrong("nothing = x") == "line 14: unknown field");
    CHECK(wrong("user") == "line 14: neither [section] nor key = value");
    CHECK(wrong("time = again") == "line 14: this field has a place already");
    CHECK(wrong("user = when/x") == "line 14: an element with text has no elements");
    CHECK(wrong("user = head") == "line 14: this element has a use already");
    CHECK(wrong("user = head/@cin") == "line 14: this attribute has a field already");
    CHECK(wrong("recipients = head/@x") == "line 14: no attribute can be repeated");
    for (const char* path : {"1a", "a b", "a/", "/a", "a//b", "@", "a/@b/c", "xml",
                             "a/XMLx", "a:b", "\xc3\xa4"})
        CHECK(wrong(std::string("user = ") + path).starts_with("line 14: must be"));
    CHECK(wrong("user =") == "line 14: must name an element or attribute");
    CHECK(wrong("[nobody]") == "line 14: unknown section");
    CHECK(wrong("[values user]") == "line 14: no field with a list of values");
    CHECK(wrong("[values event]\nparty = x") == "line 15: unknown value of this field");
    CHECK(wrong("[document]\nbatch = 0") == "line 15: must be 1 to 10000");
    CHECK(wrong("[document]\nroot = a b") == "line 15: no name of an element");
    CHECK(wrong("[document]\nname = x") == "line 15: unknown key or value");
    CHECK(wrong("\xff") == "not UTF-8");
    CHECK(Mapping::parse("").error() == "missing: root or record of [document]");
    CHECK(Mapping::parse("a = b").error() == "line 1: before the first section");
    for (std::size_t size = 0; size < smallest.size(); ++size)
        (void)Mapping::parse(smallest.substr(0, size));
}

TEST_CASE("handover: content as a file has no dots of the protocol")
{
    li::Event event;
    event.features = {{"transfer", "DATA"}};
    CHECK(message_of(event, "A: b\r\n\r\n..x\r\n.y\r\n.\r\n") == "A: b\r\n\r\n.x\r\ny\r\n");
    CHECK(message_of(event, ".\r\n") == "");
    CHECK(message_of(event, "") == "");
    CHECK(message_of(event, "a\n.b\r\n..") ==
          "a\n.b\r\n."); // cut off; a bare LF ends no line
    CHECK(message_of(event, "a\r\n.\r\nb") == "a\r\n\r\nb"); // not final
    event.features = {{"transfer", "BDAT"}};
    CHECK(message_of(event, "..x\r\n.\r\n") == "..x\r\n.\r\n");
    event.protocol = li::Protocol::imap;
    CHECK(message_of(event, "..x") == "..x");
    event.protocol = li::Protocol::pop3;
    CHECK(message_of(event, "..x\r\n.\r\n") == ".x\r\n");
}
