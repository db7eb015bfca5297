// SPDX-License-Identifier: Apache-2.0
// Whose mail is whose, as smtp-sendd would have it today.
#include "delivery/facts_test.h"
#include "own_mail.h"
#include "select.h"
#include "ums/scene_test.h"

#include <doctest/doctest.h>

namespace {

using Addresses = std::vector<std::string>;
using db::AddressKind;

struct Scene : ums::Scene {
    void row(const std::string& address, AddressKind kind, const std::string& target)
    {
        facts.row(address, kind, target);
    }
    // Of each message of the log, oldest first, which addresses of the user it leads to.
    std::vector<Addresses> own(std::set<std::string> addresses,
                               const std::string& pattern = {})
    {
        replayctl::OwnMail mail(spool.directory(), facts, std::move(addresses), pattern);
        std::vector<Addresses> all;
        for (const spool::Found& one : replayctl::select(spool.directory(), {}))
            all.push_back(mail.of(one));
        return all;
    }
};

} // namespace

TEST_CASE("replayctl: his own mail is what ends at an address of his")
{
    Scene scene;
    scene.row("list@u.test", AddressKind::forward, "bob@u.test");
    scene.row("list@u.test", AddressKind::forward, "ann@u.test");
    scene.row("old@u.test", AddressKind::rewrite, "bob@u.test");
    scene.row("gone@u.test", AddressKind::forward, "x@elsewhere.test");
    (void)scene.put({"Bob@u.test", "ann@u.test"});
    (void)scene.put({"ann@u.test"});
    (void)scene.put({"list@u.test"});
    (void)scene.put({"old@u.test", "list@u.test", "info@v.test"});
    (void)scene.put({"gone@u.test"});
    (void)scene.put({"bob@elsewhere.test"});
    const Addresses bob{"bob@u.test"};
    CHECK(scene.own({"bob@u.test"}) == std::vector<Addresses>{bob, {}, bob, bob, {}, {}});
    CHECK(scene.own({"bob@u.test", "info@v.test"}).at(3) ==
          Addresses{"bob@u.test", "info@v.test"});
    CHECK(scene.own({"bob@u.test", "info@v.test"}, "INFO@*").at(3) ==
          Addresses{"info@v.test"});
    // An address that only leads on, and one of a domain that is not ours, are nobody's.
    CHECK(scene.own({"gone@u.test", "list@u.test", "bob@elsewhere.test"}) ==
          std::vector<Addresses>(6));
}

TEST_CASE("replayctl: what a list has made of its mail is not expanded again")
{
    Scene scene;
    scene.row("ann@u.test", AddressKind::mailbox, "");
    scene.row("ann@u.test", AddressKind::copy, "bob@u.test");
    const spool::MessageId parent = scene.put({"ann@u.test"});
    (void)scene.put(ums::Scene::made_of(parent, spool::Origin::forward, {"ann@u.test"}));
    CHECK(scene.own({"bob@u.test"}) == std::vector<Addresses>{{"bob@u.test"}, {}});
    const Addresses ann{"ann@u.test"};
    CHECK(scene.own({"ann@u.test"}) == std::vector<Addresses>{ann, ann});
}

TEST_CASE("replayctl: mail is nobody's where the address has no mailbox any more")
{
    Scene scene;
    scene.row("ann@u.test", AddressKind::forward, "bob@u.test");
    scene.row("eve@u.test", AddressKind::rewrite, "ann@u.test");
    const spool::MessageId parent = scene.put({"list@u.test"});
    for (const char* const address : {"ann@u.test", "eve@u.test"})
        (void)scene.put(ums::Scene::made_of(parent, spool::Origin::forward, {address}));
    CHECK(scene.own({"ann@u.test", "eve@u.test"}) == std::vector<Addresses>(3));
    CHECK(scene.own({"bob@u.test"}) == std::vector<Addresses>(3));
}

TEST_CASE("replayctl: a message that has passed an alias is not led by it once more")
{
    Scene scene;
    scene.row("list@u.test", AddressKind::forward, "bob@u.test");
    (void)scene.put({"list@u.test"});
    (void)scene.put(ums::Scene::envelope({"list@u.test"}),
                    "Delivered-To: List@u.test\r\nSubject: back\r\n\r\ntext\r\n");
    CHECK(scene.own({"bob@u.test"}) == std::vector<Addresses>{{"bob@u.test"}, {}});
}
