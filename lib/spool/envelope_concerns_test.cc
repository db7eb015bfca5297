// SPDX-License-Identifier: Apache-2.0
// Whose mail a message is, for what is made of it.
#include "spool/envelope.h"

#include <doctest/doctest.h>
#include <string>

TEST_CASE(
    "spool: what is made of a message concerns the domains of its login and recipients")
{
    spool::Envelope mail;
    CHECK(spool::concerned_domains(mail).empty());
    mail.sender = "anybody@can.write.this";
    mail.client.login = "User@Login.test";
    mail.recipients = {
        {"b@B.test", spool::notify_default, ""},
        {"c@login.test", spool::notify_default, ""},
        {"nobody", spool::notify_default, ""},
        {"d@far.test", spool::notify_default, "", {"list@a.test", "\"x@y\"@m.test"}}};
    CHECK(spool::concerned_domains(mail) == "a.test b.test far.test login.test m.test");
}

TEST_CASE("spool: what is made of what was made concerns the same, and its own recipients")
{
    spool::Envelope bounce;
    bounce.concerns = "b.test login.test";
    bounce.recipients = {{"ann@far.test", spool::notify_default, ""}};
    CHECK(spool::concerned_domains(bounce) == "b.test far.test login.test");
    spool::Envelope again;
    again.concerns = spool::concerned_domains(bounce);
    CHECK(spool::concerned_domains(again) == again.concerns);
}

TEST_CASE("spool: what a message concerns is text, and leaves the envelope room")
{
    spool::Envelope mail;
    mail.client.login = "user@not a domain";
    CHECK(spool::concerned_domains(mail).empty());
    mail.client.login.clear();
    for (int i = 0; i < 9000; ++i)
        mail.recipients.push_back(
            {"a@" + std::to_string(i) + std::string(240, 'x'), spool::notify_default, ""});
    mail.concerns = "zz.test";
    const std::string all = spool::concerned_domains(mail);
    CHECK(all.size() <= spool::most_concerns);
    CHECK(all.size() > spool::most_concerns - 300);
    CHECK(all.ends_with(" zz.test")); // of what it came of nothing is left out
    mail.concerns = all;
    CHECK(spool::concerned_domains(mail) == all);
    mail.recipients.clear();
    CHECK(spool::decode(spool::encode(mail)) == mail);
}
