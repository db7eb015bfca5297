// SPDX-License-Identifier: Apache-2.0
#include "sasl/password.h"
#include "text/base64.h"

#include <doctest/doctest.h>

TEST_CASE("sasl: an argon2id hash knows its password and no other")
{
    const std::string hash = sasl::argon2id_hash("open sesame");
    CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(sasl::argon2id_verify(hash, "open sesame"));
    CHECK_FALSE(sasl::argon2id_verify(hash, "open sesam"));
    CHECK_FALSE(sasl::argon2id_verify(hash, ""));
    CHECK(sasl::argon2id_hash("open sesame") != hash);
}

TEST_CASE("sasl: what is no argon2id hash, or costs too much, verifies nothing")
{
    const std::string hash = sasl::argon2id_hash("x");
    for (std::size_t size = 0; size < hash.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(sasl::argon2id_verify(hash.substr(0, size), "x"));
    }
    const std::string tail = "$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA";
    for (const char* costs : {"m=4194304,t=2,p=1", "m=19456,t=17,p=1", "m=19456,t=2,p=5",
                              "m=99999999999,t=2,p=1", "t=2"})
        CHECK_FALSE(
            sasl::argon2id_verify(std::string("$argon2id$v=19$") + costs + tail, "x"));
    CHECK_FALSE(sasl::argon2id_verify("x", "x"));
}

TEST_CASE("sasl: the SCRAM verifier of RFC 7677 section 3")
{
    const std::string salt = text::from_base64("W22ZaJ0SNY7soEsUEjb6gQ==").value();
    CHECK(sasl::scram_verifier("pencil", salt, 4096) ==
          "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
          "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
          "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

TEST_CASE("sasl: passwords are prepared before SCRAM sees them")
{
    const std::string salt = "0123456789abcdef";
    // RFC 4013 section 3: a soft hyphen is nothing, a Roman numeral nine is two letters.
    CHECK(sasl::scram_verifier("I\xc2\xadX", salt, 4096) ==
          sasl::scram_verifier("IX", salt, 4096));
    CHECK(sasl::scram_verifier("\xe2\x85\xa8", salt, 4096) ==
          sasl::scram_verifier("IX", salt, 4096));
    for (const std::string& bad : {std::string(), std::string("\x07"), std::string("\xff"),
                                   std::string("a\0b", 3), std::string("\xd8\xa7\x31")})
        CHECK(sasl::scram_verifier(bad, salt, 4096).empty());
    CHECK(sasl::scram_verifier("x") != sasl::scram_verifier("x"));
}
