// SPDX-License-Identifier: Apache-2.0
// Sessions as they are spoken: by turns, whole and in pieces of every size.
#include "imap/follower_stage_test.h"

using imap::test::check_in_pieces;
using imap::test::Notes;
using imap::test::Session;
using imap::test::together;

TEST_CASE("imap: a session is followed in pieces of every size, and nothing is changed")
{
    check_in_pieces(
        {
            {'C', "a SELECT INBOX\r\n", ""},
            {'S',
             "* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* OK [UIDVALIDITY 42] valid {9}\r\n"
             "* OK [UIDNEXT 7]\r\na OK [READ-WRITE] done\r\n",
             ""},
            {'C', "b UID FETCH 1:* (FLAGS BODY.PEEK[])\r\nc NOOP\r\n", ""},
            {'S',
             "* 1 FETCH (UID 5 FLAGS (\\Seen) BODY[] {11}\r\nSubject: x\n)\r\n"
             "* 2 FETCH (BODY[] \"\" UID 6)\r\nb OK done\r\n* 3 EXPUNGE\r\nc OK done\r\n",
             ""},
            {'C', "d IDLE\r\n", ""},
            {'S', "+ idling\r\n* 4 EXISTS\r\n", ""},
            {'C', "DONE\r\n", ""},
            {'S', "d OK done\r\n", ""},
            {'C', "e FETCH 9 BODY[]\r\n", ""},
            {'S', "e NO no such message\r\n", ""},
            {'C', "f CLOSE\r\n", ""},
            {'S', "* VANISHED (EARLIER) 1:3,5\r\nf OK done\r\n", ""},
            {'C', "g LOGOUT\r\n", ""},
            {'S', "* BYE bye\r\ng OK done\r\n", ""},
        },
        {"in INBOX 42", "fetch 1 BODY[]: Subject: x\n.", "done 1 uid 5",
         "fetch 2 BODY[]: .", "done 2 uid 6", "expunged 3", "refused no such message",
         "vanished (EARLIER) 1:3,5.", "in  0", "out"});
}

TEST_CASE("imap: mailboxes by word, quote and literal")
{
    check_in_pieces({{'C', "a select \"two words\" (CONDSTORE)\r\n", ""},
                     {'S', "a OK done\r\n", ""},
                     {'C', "b EXAMINE {5}\r\n", ""},
                     {'S', "+ go on\r\n", ""},
                     {'C', "Draft\r\n", ""},
                     {'S', "b OK done\r\n", ""},
                     {'C', "c SELECT \"a\\\"b\"\r\n", ""},
                     {'S', "c OK done\r\n", ""},
                     {'C', "d SELECT none\r\n", ""},
                     {'S', "d NO [NONEXISTENT] none\r\n", ""}},
                    {"in two words 0", "in Draft 0", "in a\"b 0", "in  0"});
}

TEST_CASE("imap: uploads")
{
    check_in_pieces(
        {{'C', "a APPEND INBOX (\\Seen) \"17-Jul-1996 02:44:25 -0700\" {3}\r\n", ""},
         {'S', "+ go on\r\n", ""},
         {'C', "one {3+}\r\ntwo\r\n", ""},
         {'S', "a OK [APPENDUID 42 7:8] done\r\n", ""},
         {'C', "b APPEND {5}\r\n", ""},
         {'S', "+ go on\r\n", ""},
         {'C', "Draft CATENATE (URL \"/x\" TEXT {4+}\r\ntext)\r\n", ""},
         {'S', "b NO [BADURL /x] no\r\n", ""},
         {'C', "c UID REPLACE 4 Draft ~{1}\r\n", ""},
         {'S', "+ go on\r\n", ""},
         {'C', "x\r\n", ""},
         {'S', "c OK done\r\n", ""},
         {'C', "d APPEND INBOX {5}\r\n", ""},
         {'S', "d NO [OVERQUOTA] full\r\n", ""},
         {'C', "e APPEND INBOX {0+}\r\n\r\n", ""},
         {'S', "e NO empty\r\n", ""},
         {'C', "f APPEND INBOX {0}\r\n", ""},
         {'S', "+ go on\r\n", ""},
         {'C', "\r\n", ""},
         {'S', "f OK empty\r\n", ""},
         {'C', "g APPEND INBOX {9+}\r\nhalf", ""}},
        {"upload INBOX 3: one.", "upload INBOX 3: two.", "answered 2 APPENDUID 42 7:8",
         "upload Draft 4: text.", "answered 1 BADURL /x", "upload Draft 1: x.",
         "answered 1  ", "answered 1 OVERQUOTA ", "upload INBOX 0: .", "answered 1  ",
         "upload INBOX 0: .", "answered 1  ", "upload INBOX 9: half!"});
}

TEST_CASE("imap: bytes ahead of a literal's + wait, and are commands if it is refused")
{
    for (const std::size_t size : {1u, 7u, 1000u}) {
        CAPTURE(size);
        Session session(size);
        CHECK(session.say('C', "a APPEND x {22}\r\nb FETCH 1 BODY[]\r\nc NOOP\r\n") ==
              "a APPEND x {22}\r\n");
        CHECK(session.follower().must_wait());
        CHECK(session.say('S', "* 3 EXISTS\r\n") == "* 3 EXISTS\r\n");
        CHECK(session.catch_up().empty());
        SUBCASE("refused")
        {
            CHECK(session.say('S', "a NO no\r\n") == "a NO no\r\n");
            CHECK(session.catch_up() == "b FETCH 1 BODY[]\r\nc NOOP\r\n");
            CHECK(session.say('S', "b BAD no\r\n") == "b BAD no\r\n");
            CHECK(session.notes() == Notes{"answered 1  ", "refused no"});
        }
        SUBCASE("wanted")
        {
            CHECK(session.say('S', "+ go on\r\n") == "+ go on\r\n");
            CHECK(session.catch_up() == "b FETCH 1 BODY[]\r\nc NOOP\r\n");
            CHECK(session.notes() == Notes{"upload x 22: b FETCH 1 BODY[]\r\nc NO."});
        }
    }
}

TEST_CASE("imap: an answer may come before the command has been said")
{
    for (const std::size_t size : {1u, 5u, 1000u}) {
        Session session(size);
        (void)session.say('C', "a APPEND x {9+}\r\nhalf");
        (void)session.say('S', "a NO [OVERQUOTA] full\r\n");
        CHECK(session.say('C', "rest!\r\nb NOOP\r\n") == "rest!\r\nb NOOP\r\n");
        (void)session.say('S', "b OK done\r\n");
        CHECK(together(session.notes()) ==
              together({"upload x 9: half", "answered 1 OVERQUOTA rest!."}));
        Session refusing(size);
        (void)refusing.say('C', "a UNAUTHENTICATE");
        (void)refusing.say('S', "a OK early\r\n");
        CHECK(refusing.say('C', "\r\n") == "a NOOP\r\n");
    }
}

TEST_CASE("imap: which answers are still to come")
{
    Session session(1000);
    const auto owes = [&session](char who, std::string_view said) {
        (void)session.say(who, said);
        return session.follower().owes_answers();
    };
    CHECK_FALSE(session.follower().owes_answers());
    CHECK(owes('C', "a NOOP\r\nb FETCH 1 BODY[]\r\n"));
    CHECK(owes('S', "a OK done\r\n"));
    CHECK(owes('S', "* 1 FETCH (BODY[] {3}\r\na"));
    CHECK(owes('S', "bc)\r\n"));
    CHECK_FALSE(owes('S', "b OK done\r\n"));
    CHECK_FALSE(owes('C', "c IDLE\r\n"));
    CHECK(owes('S', "+ idling\r\n* 4 EXI"));
    CHECK_FALSE(owes('S', "STS\r\n"));
    CHECK(owes('C', "DONE\r\nd NOOP\r\n"));
    CHECK_FALSE(owes('S', "c OK done\r\n"));
    CHECK(session.catch_up() == "d NOOP\r\n");
    CHECK(session.follower().owes_answers());
    CHECK_FALSE(owes('S', "d OK done\r\n"));
    CHECK_FALSE(owes('C', "e APPEND INBOX {9+}\r\nhalf"));
    CHECK(owes('C', "-full\r\n"));
    CHECK_FALSE(owes('S', "e OK done\r\n"));
    CHECK_FALSE(owes('C', "f NOO"));
}

TEST_CASE("imap: compression is ours, and refused where it is not offered")
{
    check_in_pieces({{'C', "a COMPRESS DEFLATE\r\n", "a NOOP\r\n"},
                     {'S', "* 3 EXISTS\r\n", ""},
                     {'S', "a OK NOOP done\r\n", "a BAD compression is not offered\r\n"},
                     {'C', "b UNAUTHENTICATE\r\n", "b NOOP\r\n"},
                     {'S', "b OK done\r\n", "b BAD not possible here\r\n"},
                     {'C', "c STARTTLS {5+}\r\n", "c NOOP\r\n"},
                     {'S', "c OK done\r\n", "c BAD not possible here\r\n"}},
                    {});
    Session session(1000, true);
    CHECK(session.say('C', "a COMPRESS DEFLATE\r\n") == "a NOOP\r\n");
    CHECK(session.follower().must_wait());
    CHECK_FALSE(session.follower().compressed());
    CHECK(session.say('S', "a OK done\r\n* 3 EXISTS\r\n") == "a OK compression begins\r\n");
    CHECK(session.follower().compressed());
    CHECK_FALSE(session.follower().must_wait());
    CHECK(session.say('S', "* 4 EXISTS\r\n") == "* 3 EXISTS\r\n* 4 EXISTS\r\n");
    CHECK(session.say('C', "b COMPRESS DEFLATE\r\n") == "b NOOP\r\n");
    CHECK(session.say('S', "b OK done\r\n") ==
          "b NO [COMPRESSIONACTIVE] compression is active already\r\n");
}

TEST_CASE("imap: capabilities are what passes")
{
    check_in_pieces(
        {{'C', "a CAPABILITY\r\n", ""},
         {'S', "* CAPABILITY IMAP4rev1 STARTTLS IDLE AUTH=PLAIN COMPRESS=DEFLATE X-NEW\r\n",
          "* CAPABILITY IMAP4rev1 IDLE X-NEW\r\n"},
         {'S', "a OK done\r\n", ""},
         {'C', "b ENABLE QRESYNC\r\n", ""},
         {'S', "b OK [CAPABILITY IMAP4rev1 UNAUTHENTICATE URLAUTH urlauth=binary] done\r\n",
          "b OK [CAPABILITY IMAP4rev1] done\r\n"},
         {'S', "* OK [capability IMAP4rev1] all [is] well\r\n", ""}},
        {});
    Session session(1000, true);
    CHECK(session.say('S', "* CAPABILITY IMAP4rev1 COMPRESS=DEFLATE\r\n") ==
          "* CAPABILITY IMAP4rev1 COMPRESS=DEFLATE\r\n");
}

TEST_CASE("imap: a server that says what is no IMAP ends the session")
{
    for (const std::string_view said :
         {"x\xdb\x8e\n", "HTTP/1.1 200 OK\r\n", "a BYE\r\n", "+OK POP3\r\n"}) {
        CAPTURE(said);
        Session session(1000);
        CHECK(session.say('S', said).empty());
        CHECK_FALSE(session.follower().trouble().empty());
    }
    Session session(1000);
    (void)session.say('S', "* CAPABILITY " + std::string(100'000, 'x'));
    CHECK_FALSE(session.follower().trouble().empty());
}

TEST_CASE("imap: a first word has the same limit however it is cut")
{
    for (const std::size_t size : {1u, 2u, 1000u})
        for (std::size_t length = 150; length < 170; ++length) {
            CAPTURE(length);
            Session session(size);
            (void)session.say('S', "* " + std::string(length - 2, 'x') + "\r\n");
            CHECK(session.follower().trouble().empty() == (length <= 160));
        }
}

TEST_CASE("imap: lines without end pass without being kept")
{
    Session session(4096);
    const std::string much(1 << 20, 'x');
    for (const char* begin : {"* X-DATA ", "* 1 X ", "* LIST () NIL ", "* 5 FETCH (X-Y "})
        CHECK(session.say('S', begin + much + "\r\n") == begin + much + "\r\n");
    for (const char* begin : {"a SEARCH ", "b UID FETCH ", "c SELECT ", "d APPEND "})
        CHECK(session.say('C', begin + much + "\r\n") == begin + much + "\r\n");
    CHECK(session.say('C', much + "\r\n") == much + "\r\n");
}

TEST_CASE("imap: commands ahead have a limit")
{
    Session session(1000);
    imap::Limits limits;
    for (std::uint32_t n = 0; n < limits.unanswered; ++n) {
        CHECK_FALSE(session.follower().must_wait());
        (void)session.say('C', "a" + std::to_string(n) + " NOOP\r\n");
    }
    CHECK(session.follower().must_wait());
    CHECK(session.say('C', "z NOOP\r\n").empty());
    (void)session.say('S', "a0 OK done\r\n");
    CHECK(session.catch_up() == "z NOOP\r\n");
}
