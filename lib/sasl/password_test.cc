// SPDX-License-Identifier: Apache-2.0
#include "sasl/password.h"
#include "sasl/scram.h"

#include <doctest/doctest.h>
#include <string>

TEST_CASE("sasl: argon2id")
{
    const std::string hash = sasl::argon2id_hash("secret");
    CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(sasl::argon2id_verify(hash, "secret"));
    CHECK_FALSE(sasl::argon2id_verify(hash, "Secret"));
    CHECK_FALSE(sasl::argon2id_verify(hash, ""));
    CHECK(sasl::argon2id_hash("secret") != hash);
}

TEST_CASE("sasl: stored strings that are no argon2id or cost too much")
{
    for (const std::string_view bad :
         {"", "secret", "$argon2id$", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA",
          "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$AAAAAAAA",
          "$argon2id$v=19$m=19456,t=99,p=1$c29tZXNhbHQ$AAAAAAAA",
          "$argon2id$v=19$m=19456,t=2,p=99$c29tZXNhbHQ$AAAAAAAA",
          "$argon2id$v=19$t=2,p=1$c29tZXNhbHQ$AAAAAAAA",
          "$argon2id$v=19$m=x,t=2,p=1$c29tZXNhbHQ$AAAAAAAA",
          "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ"}) {
        CAPTURE(bad);
        CHECK_FALSE(sasl::argon2id_verify(bad, "secret"));
    }
    CHECK_FALSE(sasl::argon2id_verify("$argon2id$v=19$" + std::string(600, 'x'), "secret"));
}

TEST_CASE("sasl: SCRAM verifiers as text")
{
    const std::string text = sasl::scram_verifier("pencil", 5000);
    const auto verifier = sasl::parse_verifier(text);
    REQUIRE(verifier);
    CHECK(verifier->iterations == 5000);
    CHECK(sasl::format_verifier(*verifier) == text);
    CHECK(sasl::scram_verifier("pencil") != sasl::scram_verifier("pencil"));
    CHECK(sasl::scram_verifier("").empty());
    CHECK(sasl::scram_verifier(std::string("a\0b", 3)).empty());
    for (std::size_t length = 0; length < text.size(); ++length)
        CHECK_FALSE(sasl::parse_verifier(text.substr(0, length)));
    for (const std::string_view bad :
         {"SCRAM-SHA-1$4096:AA==$AA==:AA==", "SCRAM-SHA-256$0:AA==$AA==:AA==",
          "SCRAM-SHA-256$-1:AA==$AA==:AA==", "SCRAM-SHA-256$4096:$AA==:AA=="})
        CHECK_FALSE(sasl::parse_verifier(bad));
}
