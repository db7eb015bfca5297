// SPDX-License-Identifier: Apache-2.0
// A session as it is spoken, whole and cut at every byte.
#include "pop3/follower.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace {

// Writes down what it is told, pieces of one text together.
class Scribe : public pop3::Observer {
public:
    std::vector<std::string> notes;

    void fetch_began(const pop3::Fetch& what) override
    {
        notes.push_back("fetch " + name(what));
        notes.emplace_back();
    }
    void fetched(std::string_view bytes) override { notes.back() += bytes; }
    void fetch_ended(bool whole) override
    {
        notes.emplace_back(whole ? "fetched" : "cut off");
    }
    void fetch_refused(const pop3::Fetch& what, const pop3::Reply& why) override
    {
        notes.push_back("refused " + name(what) + " " + std::string(why.text));
    }
    void identified(std::uint32_t message, std::string_view id) override
    {
        notes.push_back("id " + std::to_string(message) + " " + std::string(id));
    }
    void marked(std::uint32_t message) override
    {
        notes.push_back("marked " + std::to_string(message));
    }
    void unmarked() override { notes.emplace_back("unmarked"); }
    void quit(bool done) override { notes.emplace_back(done ? "quit" : "quit failed"); }

private:
    static std::string name(const pop3::Fetch& what)
    {
        std::string text = std::to_string(what.message);
        if (what.lines)
            text += "+" + std::to_string(*what.lines);
        return text;
    }
};

using Notes = std::vector<std::string>;

Notes follow(std::string_view client, std::string_view server, std::size_t cut,
             std::size_t server_cut)
{
    Scribe scribe;
    pop3::Follower follower(scribe);
    follower.client(client.substr(0, cut));
    follower.client(client.substr(cut));
    follower.server(server.substr(0, server_cut));
    follower.server(server.substr(server_cut));
    CHECK(follower.trouble().empty());
    follower.ended();
    return scribe.notes;
}

void check_everywhere(std::string_view client, std::string_view server, const Notes& wanted)
{
    for (std::size_t cut = 0; cut <= client.size(); ++cut)
        CHECK(follow(client, server, cut, server.size()) == wanted);
    for (std::size_t cut = 0; cut <= server.size(); ++cut) {
        CAPTURE(cut);
        CHECK(follow(client, server, client.size(), cut) == wanted);
    }
}

} // namespace

TEST_CASE("pop3: a session is followed wherever the bytes are cut")
{
    check_everywhere("STAT\r\nLIST\r\nuidl\r\nUIDL 2\r\nRETR 1\r\nTOP 2 0\r\nDELE 1\r\n"
                     "RETR 9\r\nNOOP\r\nRSET\r\nQUIT\r\n",
                     "+OK 2 320\r\n"
                     "+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n"
                     "+OK\r\n1 aaa\r\n2 b b\r\n.\r\n"
                     "+OK 2 b b\r\n"
                     "+OK 120 octets\r\nSubject: x\r\n\r\n..dot\r\n.\r\r\n.x\r\n\r\n.\r\n"
                     "+OK\r\nSubject: y\r\n\r\n.\r\n"
                     "+OK deleted\r\n"
                     "-ERR [SYS/TEMP] no such message\r\n"
                     "+OK\r\n+OK\r\n+OK bye\r\n",
                     {"id 1 aaa", "id 2 b b", "id 2 b b", "fetch 1",
                      "Subject: x\r\n\r\n..dot\r\n.\r\r\n.x\r\n\r\n", "fetched",
                      "fetch 2+0", "Subject: y\r\n\r\n", "fetched", "marked 1",
                      "refused 9 no such message", "unmarked", "quit"});
}

TEST_CASE("pop3: a text ends with CRLF, dot, CRLF and nothing else")
{
    for (const std::string_view inside :
         {"\n.\n", "\r.\r", "x.\r\n", "\n.\r\n", "\r\n.\n", "\r\n.\rx", "\r\n. \r\n",
          "\r\n..\r\n", "\r\r\n.\r\r\n"}) {
        CAPTURE(inside);
        const std::string text = "x" + std::string(inside) + "y\r\n";
        check_everywhere("RETR 1\r\nQUIT\r\n", "+OK\r\n" + text + ".\r\n+OK\r\n",
                         {"fetch 1", text, "fetched", "quit"});
    }
    check_everywhere("RETR 1\r\n", "+OK\r\n.\r\n", {"fetch 1", "", "fetched"}); // empty
}

TEST_CASE("pop3: a text that is cut off is not whole")
{
    CHECK(follow("RETR 1\r\n", "+OK\r\nhalf\r\n.\r", 8, 5) ==
          Notes{"fetch 1", "half\r\n", "cut off"});
    CHECK(follow("RETR 1\r\n", "+OK\r\n", 8, 5) == Notes{"fetch 1", "", "cut off"});
}

TEST_CASE("pop3: which answers have many lines")
{
    check_everywhere("LIST 1\r\nLANG\r\nLANG de\r\nCAPA\r\nAUTH\r\nDELE 3\r\n",
                     "+OK 1 120\r\n+OK\r\nen English\r\n.\r\n+OK de\r\n"
                     "+OK\r\nTOP\r\n.\r\n+OK\r\nPLAIN\r\n.\r\n+OK\r\n",
                     {"marked 3"});
}

TEST_CASE("pop3: blanks and what is behind a NUL are no argument")
{
    const std::string many(500, ' ');
    const std::string nul(1, '\0');
    const std::string answers = "+OK\r\n1 aaa\r\n.\r\n+OK\r\ntext\r\n.\r\n";
    for (const std::string& list :
         {std::string("UIDL "), std::string("UIDL  "), "UIDL" + many,
          std::string("UIDL \t"), "UIDL" + nul + "x", "UIDL" + nul + " 1",
          "UIDL" + many + nul + "1"})
        check_everywhere(list + "\r\nRETR 1\r\n", answers,
                         {"id 1 aaa", "fetch 1", "text\r\n", "fetched"});
    for (const std::string& list : {"UIDL" + many + "1", "UIDL 1" + nul + "x"})
        check_everywhere(list + "\r\nRETR 1\r\n", "+OK 1 aaa\r\n+OK\r\ntext\r\n.\r\n",
                         {"id 1 aaa", "fetch 1", "text\r\n", "fetched"});
    for (const std::string& fetch : {"RETR" + many + "1", "RETR 1" + nul + "2",
                                     std::string("RETR\t1"), "TOP  1" + many + "5"}) {
        const std::string name = fetch.starts_with("TOP") ? "fetch 1+5" : "fetch 1";
        check_everywhere(fetch + "\r\nDELE 1\r\n", "+OK\r\ntext\r\n.\r\n+OK\r\n",
                         {name, "text\r\n", "fetched", "marked 1"});
    }
}

TEST_CASE("pop3: what the server says unasked answers nothing")
{
    check_everywhere("", "-ERR Disconnected for inactivity.\r\n", {});
    check_everywhere("DELE 1\r\n", "+OK\r\n+OK\r\n", {"marked 1"});
}

TEST_CASE("pop3: lines without end cost no memory")
{
    Scribe scribe;
    pop3::Follower follower(scribe);
    const std::string much(1 << 20, 'x');
    follower.client("RETR 1" + std::string(1000, ' '));
    follower.client(much);
    follower.client("\r\n");
    CHECK(follower.unanswered() == 1);
    follower.server("+OK " + much);
    follower.server("\r\ntext\r\n.\r\n");
    CHECK(scribe.notes == Notes{"fetch 1", "text\r\n", "fetched"});
    follower.client("UIDL\r\n");
    follower.server("+OK\r\n1 " + much + much);
    follower.server("\r\n2 b\r\n.\r\n");
    REQUIRE(scribe.notes.size() == 5);
    CHECK(scribe.notes[3].size() < pop3::Follower::kept + 8);
    CHECK(scribe.notes[4] == "id 2 b");
}

TEST_CASE("pop3: a server that begins TLS after the login cannot be followed")
{
    Scribe scribe;
    pop3::Follower follower(scribe);
    follower.client("STLS\r\nSTLS\r\n");
    follower.server("-ERR not now\r\n");
    CHECK(follower.trouble().empty());
    follower.server("+OK begin\r\n");
    CHECK_FALSE(follower.trouble().empty());
}
