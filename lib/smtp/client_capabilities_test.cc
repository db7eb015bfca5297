// SPDX-License-Identifier: Apache-2.0
#include "smtp/client_capabilities.h"

#include <doctest/doctest.h>

TEST_CASE("smtp: extensions a server offers")
{
    const smtp::PeerReply ehlo{
        250,
        {"mx.test greets PIPELINING", "PIPELINING", "size 1000", "8bitmime", "SMTPUTF8",
         "DSN", "CHUNKING", "BINARYMIME", "STARTTLS", "ENHANCEDSTATUSCODES",
         "AUTH PLAIN login", "AUTH=CRAM-MD5", "XCLIENT NAME ADDR", "XFORWARD NAME",
         "LIMITS RCPTMAX=50 MAILMAX=7 X=1", "X-UNKNOWN with words", "", " "}};
    const smtp::Capabilities all = smtp::parse_capabilities(ehlo);
    CHECK(all.pipelining);
    CHECK(all.has_size);
    CHECK(all.size == 1000);
    CHECK(all.eight_bit_mime);
    CHECK(all.smtputf8);
    CHECK(all.dsn);
    CHECK(all.chunking);
    CHECK(all.binary_mime);
    CHECK(all.starttls);
    CHECK(all.enhanced_codes);
    CHECK(all.offers_auth("PLAIN"));
    CHECK(all.offers_auth("LOGIN"));
    CHECK(all.offers_auth("CRAM-MD5"));
    CHECK(!all.offers_auth("SCRAM-SHA-256"));
    CHECK(all.xclient == std::vector<std::string>{"NAME", "ADDR"});
    CHECK(all.xforward == std::vector<std::string>{"NAME"});
    CHECK(all.rcpt_max == 50);
    CHECK(all.mail_max == 7);
}

TEST_CASE("smtp: the greeting line of EHLO offers nothing, odd values say nothing")
{
    CHECK(smtp::parse_capabilities({250, {"STARTTLS"}}) == smtp::Capabilities{});
    const smtp::Capabilities odd = smtp::parse_capabilities(
        {250,
         {"mx", "SIZE 99999999999999999999999", "LIMITS RCPTMAX=-1 MAILMAX=x", "AUTH"}});
    CHECK(odd.has_size);
    CHECK(odd.size == 0);
    CHECK(odd.rcpt_max == 0);
    CHECK(odd.auth.empty());
}
