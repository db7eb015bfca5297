// SPDX-License-Identifier: Apache-2.0
// Answers to FETCH through framer and scanner, cut at every byte.
#include "imap/fetch_scanner.h"
#include "imap/framer.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace {

using Notes = std::vector<std::string>;

class Scribe : public imap::Observer {
public:
    Notes notes;
    void fetch_began(const imap::Fetch& what) override
    {
        std::string note = std::string(what.item) + "[" + std::string(what.section) + "]";
        if (what.origin)
            note += "<" + std::to_string(*what.origin) + ">";
        if (what.whole())
            note += " whole";
        notes.push_back(note);
        notes.emplace_back();
    }
    void fetched(std::string_view octets) override { notes.back() += octets; }
    void fetch_ended(bool whole) override { notes.emplace_back(whole ? "ended" : "cut"); }
    void fetch_done(std::uint32_t sequence, std::uint32_t uid, std::uint64_t size) override
    {
        notes.push_back("done " + std::to_string(sequence) + " " + std::to_string(uid) +
                        " " + std::to_string(size));
    }
};

Notes scan(std::string_view line, std::size_t cut)
{
    Scribe scribe;
    imap::FetchScanner scanner(scribe);
    imap::Framer framer;
    scanner.begin(7);
    for (std::string_view bytes : {line.substr(0, cut), line.substr(cut)})
        for (;;) {
            const imap::Piece piece = framer.next(bytes);
            using Kind = imap::Piece::Kind;
            if (piece.kind == Kind::more)
                break;
            if (piece.kind == Kind::text)
                scanner.text(piece.bytes);
            else if (piece.kind == Kind::literal)
                scanner.literal(piece.size);
            else if (piece.kind == Kind::octets)
                scanner.octets(piece.bytes, piece.last);
            else
                scanner.end();
        }
    scanner.cut();
    return scribe.notes;
}

void check_everywhere(std::string_view line, const Notes& wanted)
{
    CAPTURE(line);
    for (std::size_t cut = 0; cut <= line.size(); ++cut) {
        CAPTURE(cut);
        CHECK(scan(line, cut) == wanted);
    }
}

} // namespace

TEST_CASE("imap: what FETCH brings of a message")
{
    check_everywhere("(UID 5 BODY[] {4}\r\na\r\n) FLAGS (\\Seen))\r\n",
                     {"BODY[] whole", "a\r\n)", "ended", "done 7 5 0"});
    check_everywhere(
        "(RFC822.SIZE 38000 BODY[HEADER.FIELDS (TO FROM)] {2}\r\n\r\n UID 9)\r\n",
        {"BODY[HEADER.FIELDS (TO FROM)]", "\r\n", "ended", "done 7 9 38000"});
    check_everywhere("(BODY[1.2]<1024> \"a\\\"b\\\\c\" UID 1)\r\n",
                     {"BODY[1.2]<1024>", "a\"b\\c", "ended", "done 7 1 0"});
    check_everywhere("(BODY[]<0> {1}\r\nx)\r\n", {"BODY[]<0>", "x", "ended", "done 7 0 0"});
    check_everywhere("(rfc822 {1}\r\nx rfc822.header {0}\r\n RFC822.TEXT \"\")\r\n",
                     {"rfc822[] whole", "x", "ended", "rfc822.header[]", "", "ended",
                      "RFC822.TEXT[]", "", "ended", "done 7 0 0"});
    check_everywhere("(BINARY[1] ~{3}\r\na)b BINARY.SIZE[1] 3)\r\n",
                     {"BINARY[1]", "a)b", "ended", "done 7 0 0"});
}

TEST_CASE("imap: what FETCH says besides is no text of the message")
{
    for (const std::string_view line :
         {"(FLAGS (\\Seen \\Answered) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\")\r\n",
          "(ENVELOPE (\"date\" \"BODY[] (\" ((\"a\" NIL {3}\r\n) (\"b\")) NIL))\r\n",
          "(BODYSTRUCTURE (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"UTF-8\") NIL NIL) MODSEQ "
          "(1))\r\n",
          "(BODY (\"TEXT\" {5}\r\nPLAIN NIL) X-GM-MSGID 1)\r\n", "(BODY[] NIL)\r\n",
          "(BODY[1] nil)\r\n", "(PREVIEW {2}\r\nhi)\r\n", "()\r\n", "\r\n", "nonsense\r\n",
          "(\r\n", ")))))\r\n", "(BODYX[] \"x\")\r\n"})
        check_everywhere(line, {"done 7 0 0"});
}

TEST_CASE("imap: values without end cost no memory")
{
    Scribe scribe;
    imap::FetchScanner scanner(scribe);
    const std::string much(1 << 20, 'x');
    scanner.begin(1);
    scanner.text("(" + much + "[" + much + "]" + much + " " + much + " UID 5" + much);
    scanner.text(" UID 6");
    scanner.text(")");
    scanner.end();
    CHECK(scribe.notes == Notes{"done 1 6 0"});
}

TEST_CASE("imap: an answer that is cut off is not whole")
{
    CHECK(scan("(BODY[] {10}\r\nabc", 5) == Notes{"BODY[] whole", "abc", "cut"});
    CHECK(scan("(BODY[] \"abc\r\n", 5) ==
          Notes{"BODY[] whole", "abc", "cut", "done 7 0 0"});
}
