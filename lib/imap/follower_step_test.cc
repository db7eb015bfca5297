// SPDX-License-Identifier: Apache-2.0
// Client, server and we agree where commands begin, whatever the server thinks of what the
// client says.
#include "imap/follower_stage_test.h"

using imap::test::check_in_pieces;
using imap::test::Notes;
using imap::test::Session;
using imap::test::together;

namespace {

const std::string hidden = "h APPEND INBOX {3+}\r\nabc\r\n";

std::string announced(std::string_view plus)
{
    return "{" + std::to_string(hidden.size()) + std::string(plus) + "}\r\n";
}

} // namespace

TEST_CASE("imap: octets that did not wait go on only if the server wants them")
{
    // What servers take for no literal, or take the octets of for commands.
    for (const std::string first :
         {"a XYZZY ", "a SELECT foo", "a SELECT \"foo ", "a SELECT ) ", "a ", " ", "",
          "a NOOP ", "a DELETE foo ", "a SETMETADATA none (/private/comment ", "\"a LIST ",
          "a APPEND none", "a REPLACE 1 none ", "a UID APPEND none ", "a APPEND",
          "a APPEND "})
        for (std::size_t size = 1; size < 40; ++size) {
            CAPTURE(first);
            CAPTURE(size);
            Session session(size);
            CHECK(session.say('C', first + announced("+") + hidden +
                                       " more\r\nz NOOP\r\n") == first + announced(""));
            CHECK(session.follower().must_wait());
            const bool tagged = first.starts_with("a ");
            (void)session.say('S', tagged ? "a NO none\r\n" : "* BAD what\r\n");
            CHECK(session.catch_up() == "z NOOP\r\n");
            CHECK(session.follower().trouble().empty());
            for (const std::string& note : session.notes())
                CHECK_FALSE(note.starts_with("upload"));
        }
}

TEST_CASE("imap: an upload that makes no sense ends the session if it is refused")
{
    for (const std::string rest : {"\"IN\"BOX ", "none () () ", "none NIL ", "none x{3+} ",
                                   "none CATENATE (FOO ", "none (x", "none UTF8 (~"})
        for (const std::string_view plus : {"+", ""}) {
            CAPTURE(rest);
            Session session(1000);
            CHECK(session.say('C', "a APPEND " + rest + announced(plus) + hidden) ==
                  "a APPEND " + rest + announced(""));
            CHECK(session.follower().must_wait());
            (void)session.say('S', "a NO none\r\n");
            CHECK_FALSE(session.follower().trouble().empty());
        }
}

TEST_CASE("imap: a literal that did not wait is said in the way of one that does")
{
    check_in_pieces(
        {{'C', "a SELECT {3+}\r\n", "a SELECT {3}\r\n"},
         {'S', "+ go on\r\n", "-"},
         {'C', "a\"b\r\n", ""},
         {'S', "a OK done\r\n", ""},
         {'C', "b LIST {0+}\r\n", "b LIST {0}\r\n"},
         {'S', "* 3 EXISTS\r\n+ go on\r\n", "* 3 EXISTS\r\n"},
         {'C', " {1+}\n", " {1}\n"},
         {'S', "+\r\n", "-"},
         {'C', "*\r\n", ""},
         {'S', "b OK done\r\n", ""},
         {'C', "c X {1+}x {1+ {1+}\r{1+} \r\n", ""},
         {'S', "c BAD what\r\n", ""},
         {'C', "d APPEND INBOX X (~{3+}\r\n", "d APPEND INBOX X (~{3}\r\n"},
         {'S', "+ go on\r\n", "-"},
         {'C', "abc) {2+}\r\n", "abc) {2}\r\n"},
         {'S', "+ go on\r\n", "-"},
         {'C', "de\r\n", ""},
         {'S', "d OK done\r\n", ""}},
        {"in a\"b 0", "upload INBOX 3: abc.", "upload INBOX 2: de.", "answered 2  "});
}

TEST_CASE("imap: what is left of a command whose literal is not wanted goes nowhere")
{
    check_in_pieces({{'C', "a APPEND none {3}\r\n", ""},
                     {'S', "a NO none\r\n", ""},
                     {'C', "b LIST {3+}\r\n", "b LIST {3}\r\n"},
                     {'S', "b NO none\r\n", ""},
                     {'C', "abc {4+}\r\nd IDLE {2}\r\n", "-"},
                     {'C', "c NOOP\r\n", ""},
                     {'S', "c OK done\r\n", ""}},
                    {"answered 1  "});
}

TEST_CASE("imap: literals of a command that has been answered go nowhere")
{
    check_in_pieces({{'C', "a LIST {2+}\r\n", "a LIST {2}\r\n"},
                     {'S', "+ go on\r\n", "-"},
                     {'C', "x", ""},
                     {'S', "a NO early\r\n", ""},
                     {'C', "x {2+}\r\nyy {1+}\r\nz z\r\nb NOOP\r\n", "x {2\r\nb NOOP\r\n"},
                     {'S', "b OK done\r\n", ""}},
                    {});
}

TEST_CASE("imap: an upload in due form does not wait, and BAD to it ends the session")
{
    for (const std::string first :
         {"a APPEND INBOX ", "a append \"two words\" (\\Seen $x) ",
          "a APPEND INBOX (\\Seen) \"17-Jul-1996 02:44:25 -0700\" ",
          "a APPEND INBOX CATENATE (URL \"/x\" TEXT ", "a APPEND INBOX () ~",
          "a APPEND IN[BOX "})
        for (const std::string second : {"", " () ", " \"x\" "}) {
            CAPTURE(first);
            CAPTURE(second);
            Session session(1000);
            std::string said = first + "{3+}\r\nabc";
            if (!second.empty())
                said += (first.ends_with("TEXT ") ? ")" : "") + second + "{3+}\r\ndef";
            CHECK(session.say('C', said + "\r\n") == said + "\r\n");
            CHECK_FALSE(session.follower().must_wait());
            SUBCASE("taken")
            {
                (void)session.say('S', "a NO full\r\n");
                CHECK(session.follower().trouble().empty());
            }
            SUBCASE("not taken")
            {
                (void)session.say('S', "a BAD what\r\n");
                CHECK_FALSE(session.follower().trouble().empty());
            }
        }
}

TEST_CASE("imap: BAD to a literal that waited is an answer like others")
{
    Session session(1000);
    (void)session.say('C', "a APPEND INBOX {3}\r\n");
    (void)session.say('S', "+ go on\r\n");
    (void)session.say('C', "abc junk\r\n");
    (void)session.say('S', "a BAD what\r\n");
    CHECK(session.follower().trouble().empty());
}

TEST_CASE("imap: within IDLE there are no commands and no literals")
{
    for (const std::string line : {"DONE", "done", "DONE {37+}", "b APPEND INBOX {37}", ""})
        for (std::size_t size = 1; size < 40; ++size) {
            CAPTURE(line);
            CAPTURE(size);
            Session session(size);
            CHECK(session.say('C', "i IDLE {3+}\r\n" + line + "\r\n" + hidden) ==
                  "i IDLE {3+}\r\n");
            CHECK(session.say('S', "* 3 EXISTS\r\n+ idling\r\n") ==
                  "* 3 EXISTS\r\n+ idling\r\n");
            CHECK(session.catch_up() == line + "\r\n");
            CHECK(session.follower().owes_answers());
            (void)session.say('S', "i BAD expected DONE\r\n");
            CHECK(session.catch_up() == hidden);
            CHECK(session.notes() == Notes{"upload INBOX 3: abc."});
        }
    Session session(1000);
    (void)session.say('C', "i IDLE\r\nb APPEND INBOX {3+}\r\nabc\r\n");
    (void)session.say('S', "i BAD unknown\r\n");
    CHECK(session.catch_up() == "b APPEND INBOX {3+}\r\nabc\r\n");
}

TEST_CASE("imap: a server that asks for what was not announced ends the session")
{
    Session session(1000);
    (void)session.say('C', "a NOOP\r\n");
    (void)session.say('S', "+ go on\r\n");
    CHECK_FALSE(session.follower().trouble().empty());
}

TEST_CASE("imap: the answer to an older command with the same tag cancels no literal")
{
    Session session(1000);
    (void)session.say('C', "a NOOP\r\na APPEND x {20}\r\n");
    (void)session.say('S', "a OK done\r\n");
    CHECK(session.follower().must_wait());
    (void)session.say('S', "+ go on\r\n");
    CHECK(session.say('C', "x COMPRESS DEFLATE\r\n\r\n") == "x COMPRESS DEFLATE\r\n\r\n");
    CHECK(session.notes() == Notes{"upload x 20: x COMPRESS DEFLATE\r\n."});
}

TEST_CASE("imap: tags of any length are found again")
{
    for (const std::size_t length :
         {100, 128, 129, 158, 159, 200, 1000, 2047, 2048, 5000}) {
        CAPTURE(length);
        const std::string tag(length, 'T');
        for (const std::size_t size : {1u, 7u, 100'000u}) {
            Session session(size);
            for (int n = 0; n < 300; ++n) {
                CHECK(session.say('C', tag + " NOOP\r\n") == tag + " NOOP\r\n");
                CHECK(session.say('S', tag + " OK done\r\n") == tag + " OK done\r\n");
                if (size < 100'000)
                    break;
            }
            (void)session.say('C', tag + " APPEND none {10}\r\n");
            (void)session.say('S', tag + " NO none\r\n");
            CHECK(session.say('C', "b NOOP\r\n") == "b NOOP\r\n");
            CHECK(session.follower().trouble().empty());
        }
    }
}

TEST_CASE("imap: commands that are answered with * BAD do not pile up")
{
    Session session(1000);
    for (int n = 0; n < 600; ++n) {
        CHECK(session.say('C', "\"a NOOP\r\n") == "\"a NOOP\r\n");
        (void)session.say('S', "* BAD invalid tag\r\n");
    }
    for (int n = 0; n < 600; ++n) {
        CHECK(session.say('C', "a NOOP\r\n") == "a NOOP\r\n");
        (void)session.say('S', "* BAD such a server\r\n");
    }
    for (int n = 0; n < 600; ++n) // nor where nothing is said
        CHECK(session.say('C', "\r\n") == "\r\n");
    for (const std::string tag : {"\"a", "*", "+", ""}) {
        CHECK(session.say('C', tag + " COMPRESS DEFLATE\r\n") ==
              tag + " COMPRESS DEFLATE\r\n");
        CHECK_FALSE(session.follower().must_wait());
    }
    (void)session.say('C', " {5}\r\n");
    for (int n = 0; n < 605; ++n) // in the order of the client
        (void)session.say('S', "* BAD invalid tag\r\n");
    CHECK_FALSE(session.follower().must_wait());
}

TEST_CASE("imap: a long line of a server passes, and what it begins with is understood")
{
    const std::string much(22'000, '1');
    check_in_pieces({{'C', "a UID COPY 1:* x\r\nb APPEND x {1+}\r\ny\r\nc NOOP\r\n", ""},
                     {'S', "* OK [MODIFIED " + much + "] some\r\n", ""},
                     {'S', "a OK [COPYUID 7 " + much + "] done {3}\r\n", ""},
                     {'S', "b OK [APPENDUID 7 " + much + "] done\r\n* 3 EXPUNGE\r\n", ""},
                     {'S', "c OK " + much + "\r\n", ""},
                     {'C', "d COMPRESS DEFLATE\r\n", "d NOOP\r\n"},
                     {'S', "d OK " + much + "\r\n", "d BAD compression is not offered\r\n"},
                     {'C', "e SELECT {1+}\r\n", "e SELECT {1}\r\n"},
                     {'S', "+ " + much + "\r\n* 4 EXPUNGE\r\n", "* 4 EXPUNGE\r\n"}},
                    {"upload x 1: y.",
                     "answered 1 APPENDUID 7 " + much.substr(0, 16384 - 18), "expunged 3",
                     "expunged 4"});
}

TEST_CASE("imap: the limit of a line is the same however it is cut")
{
    imap::Limits limits;
    for (std::size_t length = limits.response - 2; length <= limits.response + 2;
         ++length) {
        const std::string line = "* OK [CAPABILITY " + std::string(length - 18, 'x') + "]";
        for (const std::size_t size : {1u, 7u, 100'000u}) {
            Session session(size);
            (void)session.say('S', line + "\r\n");
            CHECK(session.follower().trouble().empty() == (length <= limits.response));
        }
    }
}

TEST_CASE("imap: the place is left by OK, NO and CLOSED, not by what is not understood")
{
    check_in_pieces(
        {{'C', "a SELECT one\r\n", ""},
         {'S', "* OK [UIDVALIDITY 7]\r\na OK done\r\n", ""},
         {'C', "b UID SELECT two\r\nc SELECT \"x\r\nd UID CLOSE\r\n", ""},
         {'S', "b BAD what\r\nc BAD what\r\nd BAD what\r\n", ""},
         {'C', "e SELECT two\r\n", ""},
         {'S', "* OK [CLOSED] done\r\n* OK [UIDVALIDITY 8]\r\ne OK done\r\n", ""},
         {'C', "f SELECT none\r\n", ""},
         {'S', "* OK [CLOSED] done\r\nf NO none\r\n", ""}},
        {"in one 7", "in  0", "in two 8", "in  0"});
}

TEST_CASE("imap: an upload is seen whatever the mailbox is called")
{
    for (const std::string name :
         {"foo[bar", "foo]", "\"x\"", "a\\b", "%", "\"a\\\"(b\""}) {
        CAPTURE(name);
        Session session(1000);
        (void)session.say('C', "a APPEND " + name + " {3}\r\n");
        (void)session.say('S', "+ go on\r\n");
        (void)session.say('C', "abc\r\n");
        CHECK(session.notes().size() == 1);
        CHECK(session.notes().front().ends_with(" 3: abc."));
    }
    check_in_pieces({{'C', "a APPEND (x) {3}\r\n", ""},
                     {'S', "+ go on\r\n", ""},
                     {'C', "abc\r\n", ""},
                     {'S', "a OK done\r\n", ""},
                     {'C', "b APPEND " + std::string(5000, 'x') + " {3}\r\n", ""},
                     {'S', "+ go on\r\n", ""},
                     {'C', "def\r\n", ""},
                     {'S', "b OK done\r\n", ""},
                     {'C', "c SELECT foo[bar (X)\r\n", ""},
                     {'S', "c OK done\r\n", ""}},
                    {"upload  3: abc.", "answered 1  ", "upload  3: def.", "answered 1  ",
                     "in foo[bar 0"});
}

TEST_CASE("imap: a message counts once")
{
    check_in_pieces(
        {{'C', "a APPEND x CATENATE (TEXT {1+}\r\na TEXT {1+}\r\nb) () {1+}\r\nc\r\n", ""},
         {'S', "a OK done\r\n", ""},
         {'C', "b APPEND x CATENATE (URL y) CATENATE (TEXT {1+}\r\nd URL y)\r\n", ""},
         {'S', "b OK done\r\n", ""}},
        {"upload x 1: a.", "upload x 1: b.", "upload x 1: c.", "answered 2  ",
         "upload x 1: d.", "answered 2  "});
}

TEST_CASE("imap: COMPRESS DEFLATE is ours, and no other COMPRESS begins anything")
{
    check_in_pieces({{'C', "a UID COMPRESS DEFLATE\r\n", ""},
                     {'S', "a BAD what\r\n", ""},
                     {'C', "b COMPRESS FOO\r\n", "b NOOP\r\n"},
                     {'S', "b OK done\r\n", "b BAD not possible here\r\n"},
                     {'C', "c COMPRESS\r\n", "c NOOP\r\n"},
                     {'S', "c OK done\r\n", "c BAD not possible here\r\n"},
                     {'C', "d COMPRESS DEFLATE x\r\n", "d NOOP\r\n"},
                     {'S', "d OK done\r\n", "d BAD not possible here\r\n"},
                     {'C', "e COMPRESS {7+}\r\n", "e NOOP\r\n"},
                     {'S', "e OK done\r\n", "e BAD not possible here\r\n"},
                     {'C', "f URLFETCH \"imap://x/\"\r\n", "f NOOP\r\n"},
                     {'S', "f OK done\r\n", "f BAD not possible here\r\n"}},
                    {}, true);
}
