// SPDX-License-Identifier: Apache-2.0
#include "spool/envelope.h"

#include <doctest/doctest.h>
#include <random>

using spool::decode;
using spool::Envelope;

namespace {

Envelope full_envelope()
{
    Envelope e;
    e.id = spool::MessageId(0x123456789abcdeull);
    e.arrival = 1'795'557'000'123'456;
    e.sender = "\"odd > name\"@sender.example";
    e.recipients = {{"one@example.org", spool::notify_default, ""},
                    {"two@example.org",
                     spool::notify_success | spool::notify_delay,
                     "rfc822;two+40old.example",
                     {"list@example.org", "one \xc3\xbc@example.org"}},
                    {"dr\xc3\xa4i@example.org", spool::notify_never, ""}};
    e.body = spool::Body::binary_mime;
    e.smtputf8 = true;
    e.ret = spool::Ret::headers;
    e.envid = "QQ+2B314159";
    e.client = {"2001:db8::1", 65535,  "mx.example", "helo.example",
                "ESMTPSA",     "user", "in"};
    e.origin = spool::Origin::delay_notice;
    e.parent = spool::MessageId(77);
    e.hops = 12;
    e.dot_lines = false;
    e.tls = "TLSv1.3";
    e.redirected = true;
    e.replayed = true;
    e.route = "restored.example";
    e.concerns = "example.net example.org";
    return e;
}

Envelope random_envelope(std::mt19937& random)
{
    const auto number = [&random](unsigned below) { return random() % below; };
    const auto text = [&](unsigned most) {
        std::string bytes(number(most), 'x');
        for (char& c : bytes)
            do
                c = static_cast<char>(number(256));
            while (static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
        return bytes;
    };
    Envelope e;
    e.id = spool::MessageId(random());
    e.arrival = static_cast<std::int64_t>(random()) - (1 << 30);
    e.sender = text(40);
    for (unsigned i = number(4); i > 0; --i)
        e.recipients.push_back({text(30),
                                static_cast<std::uint8_t>(number(16)),
                                text(9),
                                {number(3), text(9)}});
    e.body = static_cast<spool::Body>(number(3));
    e.smtputf8 = number(2) != 0;
    e.ret = static_cast<spool::Ret>(number(3));
    e.envid = text(5);
    e.client = {text(9), static_cast<std::uint16_t>(number(65536)),
                text(9), text(9),
                text(9), text(9),
                text(9)};
    e.origin = static_cast<spool::Origin>(number(6));
    e.parent = spool::MessageId(number(2) * random());
    e.hops = number(3);
    e.dot_lines = number(2) != 0;
    e.tls = text(9);
    e.redirected = number(2) != 0;
    e.replayed = number(2) != 0;
    e.route = text(9);
    e.concerns = text(9);
    return e;
}

} // namespace

TEST_CASE("spool: an envelope comes back as it went")
{
    CHECK(decode(encode(Envelope())) == Envelope());
    CHECK(decode(encode(full_envelope())) == full_envelope());
    std::mt19937 random(20261121);
    for (int i = 0; i < 2000; ++i) {
        const Envelope e = random_envelope(random);
        REQUIRE(decode(encode(e)) == e);
    }
}

TEST_CASE("spool: an envelope is text that can be read")
{
    CHECK(encode(full_envelope()) == "id 004HMASW9NF6Y\n"
                                     "arrival 1795557000123456\n"
                                     "from <\"odd > name\"@sender.example>\n"
                                     "client 2001:db8::1\n"
                                     "client-port 65535\n"
                                     "client-name mx.example\n"
                                     "helo helo.example\n"
                                     "protocol ESMTPSA\n"
                                     "login user\n"
                                     "listener in\n"
                                     "body binarymime\n"
                                     "smtputf8 yes\n"
                                     "ret headers\n"
                                     "envid QQ+2B314159\n"
                                     "origin delay-notice\n"
                                     "parent 000000000002D\n"
                                     "hops 12\n"
                                     "dot-lines no\n"
                                     "tls TLSv1.3\n"
                                     "redirected yes\n"
                                     "replayed yes\n"
                                     "route restored.example\n"
                                     "concerns example.net example.org\n"
                                     "to <one@example.org>\n"
                                     "to <two@example.org>\n"
                                     "notify success,delay\n"
                                     "orcpt rfc822;two+40old.example\n"
                                     "via <list@example.org>\n"
                                     "via <one \xc3\xbc@example.org>\n"
                                     "to <dr\xc3\xa4i@example.org>\n"
                                     "notify never\n");
}

TEST_CASE("spool: an envelope cut anywhere is refused or is whole lines")
{
    const std::string text = encode(full_envelope());
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        const auto result = spool::decode(std::string_view(text).substr(0, cut));
        if (result)
            CHECK(text[cut - 1] == '\n');
    }
}

TEST_CASE("spool: envelopes that say something else are refused")
{
    const std::string good = "id 0000000000001\narrival 1\nfrom <>\n";
    CHECK(spool::decode(good));
    for (const char* bad : {"to x\n",
                            "to <\n",
                            "to\n",
                            "notify never\n",
                            "orcpt x\n",
                            "via <a>\n",
                            "to <a>\nvia a\n",
                            "to <a>\nnotify\n",
                            "to <a>\nnotify always\n",
                            "to <a>\nnotify never\nnotify never\n",
                            "from <>\n",
                            "client-port 65536\n",
                            "client-port -1\n",
                            "hops 1x\n",
                            "redirected no\n",
                            "replayed \n",
                            "hops \n",
                            "body 9bit\n",
                            "smtputf8 no\n",
                            "dot-lines yes\n",
                            "ret\n",
                            "origin me\n",
                            "parent 0\n",
                            "x-new thing\n",
                            "\n",
                            "envid\n",
                            "client 1",
                            "to <a>\nnotify never,,delay\n"})
        CHECK_MESSAGE(!spool::decode(good + bad), bad);
    CHECK(spool::decode("id 0000000000001\narrival 1\n").error() ==
          "id, arrival or from is missing");
    CHECK(spool::decode(good + "x-new thing\n").error() == "unknown key 'x-new'");
}

TEST_CASE("spool: an envelope that is used again holds nothing of its last use")
{
    Envelope used;
    CHECK_FALSE(spool::decode_to(used, encode(full_envelope())));
    CHECK(used == full_envelope());
    CHECK_FALSE(spool::decode_to(used, encode(Envelope())));
    CHECK(used == Envelope());
    CHECK(spool::decode_to(used, "id 0000000000001\nto <a@b>\n"));
    CHECK_FALSE(spool::decode_to(used, encode(full_envelope())));
    CHECK(used == full_envelope());
}
