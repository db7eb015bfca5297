// SPDX-License-Identifier: Apache-2.0
#include "li/mail_view.h"

#include <doctest/doctest.h>

using Texts = std::vector<std::string>;

TEST_CASE("li: what an event says of a header")
{
    const std::string mail = "Received: x\r\n"
                             "message-id: <1@example.de>\r\n"
                             "FROM: Anna\r\n <anna@example.de>\r\n"
                             "To: a@b,\r\n\tc@d\r\n"
                             "Cc: e@f\r\n"
                             "\r\n"
                             "To: nobody@example.org\r\n";
    const li::MailView seen = li::view(mail);
    CHECK(seen.message_id == "<1@example.de>");
    CHECK(seen.sender == "anna@example.de");
    CHECK(seen.recipients == Texts{"a@b", "c@d", "e@f"});
}

TEST_CASE("li: a mail that is cut anywhere is looked at without harm")
{
    const std::string mail =
        "From: \"q\\\"\" <a@b> (c)\r\nTo: g: x@y;\r\nMessage-ID: <1>\r\n\r\n";
    for (std::size_t n = 0; n <= mail.size(); ++n)
        CHECK(li::view(std::string_view(mail).substr(0, n)).recipients.size() <= 1);
    CHECK(li::view("").message_id.empty());
    CHECK(li::view(std::string(1000, '(')).sender.empty());
}
