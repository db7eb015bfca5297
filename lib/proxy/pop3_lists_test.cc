// SPDX-License-Identifier: Apache-2.0
// What is remembered of a mailbox's lists after whole sessions.
#include "proxy/pop3_stage_test.h"
#include "spool/test_spool.h"

namespace {

using proxy::ListKeeper;
using proxy::test::accepted;
using proxy::test::Pop3Stage;
using proxy::test::Turns;
using proxy::test::with;

const std::string listed = "+OK\r\n1 a\r\n2 b\r\n.\r\n";
const std::string sizes = "+OK\r\n1 120\r\n2 7\r\n.\r\n";

struct Scene {
    Scene() { spool::make_lists_directory(spool.path); }

    // One session of anna@example.org; what is kept of it then, or "nothing".
    std::string after(const Turns& host, const Turns& client)
    {
        {
            ListKeeper keeper({.spool = spool.path, .free_space = 0}, policy);
            Pop3Stage stage(&keeper);
            stage.listener.user_domain = "Example.org";
            stage.host.parts.push_back({with(accepted, host)});
            heard =
                stage.run(with({{"ready\r\n", "USER anna\r\nPASS secret\r\n"}}, client));
        }
        const spool::MailboxLists lists(spool.path);
        std::string text;
        for (const pop3::Listed& one : lists.read("anna@example.org").mails)
            text += one.unique_id + ":" + std::to_string(one.octets) + " ";
        return text.empty() ? "nothing" : text;
    }

    spool::test::TemporarySpool spool;
    ListKeeper::Policy policy{.domains = {"example.org"}};
    std::string heard;
};

} // namespace

TEST_CASE("proxy: a mailbox's lists are remembered, and pass as they are")
{
    Scene scene;
    CHECK(scene.after({{"LIST\r\nUIDL\r\nQUIT\r\n", sizes + listed + "+OK bye\r\n"}},
                      {{"in\r\n", "LIST\r\nUIDL\r\nQUIT\r\n"}, {"bye\r\n", ""}}) ==
          "a:120 b:7 ");
    CHECK(scene.heard.ends_with("+OK in\r\n" + sizes + listed + "+OK bye\r\n"));
}

TEST_CASE("proxy: what is deleted is remembered no more")
{
    Scene scene;
    CHECK(scene.after({{"UIDL\r\n", listed}, {"DELE 1\r\nQUIT\r\n", "+OK\r\n+OK bye\r\n"}},
                      {{"in\r\n", "UIDL\r\n"},
                       {"\r\n.\r\n", "DELE 1\r\nQUIT\r\n"},
                       {"bye\r\n", ""}}) == "b:0 ");
    // A server without unique ids: what was known stands.
    CHECK(scene.after({{"UIDL\r\n", "-ERR unknown\r\n"}},
                      {{"in\r\n", "UIDL\r\n"}, {"unknown\r\n", ""}}) == "b:0 ");
}

TEST_CASE("proxy: a line that breaks within a list teaches nothing")
{
    Scene scene;
    CHECK(scene.after({{"UIDL\r\n", "+OK\r\n1 a\r\n2 b\r\n."}},
                      {{"in\r\n", "UIDL\r\n"}, {"b\r\n.", ""}}) == "nothing");
}

TEST_CASE("proxy: a client that is gone after its list has been listed all the same")
{
    Scene scene;
    CHECK(scene.after({{"UIDL\r\n", listed}},
                      {{"in\r\n", "UIDL\r\n"}, {"\r\n.\r\n", ""}}) == "a:0 b:0 ");
}

TEST_CASE("proxy: of users of other domains nothing is remembered")
{
    Scene scene;
    scene.policy.domains = {"example.net"};
    CHECK(scene.after({{"UIDL\r\n", listed}},
                      {{"in\r\n", "UIDL\r\n"}, {"\r\n.\r\n", ""}}) == "nothing");
}
