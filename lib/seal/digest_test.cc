// SPDX-License-Identifier: Apache-2.0
#include "seal/digest.h"

#include <doctest/doctest.h>

TEST_CASE("seal: SHA-256 of FIPS 180-4's examples")
{
    CHECK(seal::hex(seal::sha256("abc")) ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(seal::hex(seal::sha256("")) ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("seal: HMAC-SHA256 of RFC 4231, cases 1 and 2, and without a key")
{
    CHECK(seal::hex(seal::hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(seal::hex(seal::hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(seal::hex(seal::hmac_sha256({}, {})) ==
          "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}
