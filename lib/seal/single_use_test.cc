// SPDX-License-Identifier: Apache-2.0
#include "seal/single_use.h"

#include <doctest/doctest.h>

TEST_CASE("seal: a text under a key of its own; whatever is changed, it does not open")
{
    seal::Key key{};
    key.fill(7);
    for (const std::string& text :
         {std::string(), std::string("hello"), std::string(70'000, 'x')}) {
        std::string sealed = "before";
        seal::encrypt_to(sealed, text, key);
        sealed.erase(0, 6);
        CHECK(sealed.size() == text.size() + seal::tag_size);
        CHECK(seal::decrypt(sealed, key) == text);
        for (std::size_t at = 0; at < sealed.size(); at += 1 + sealed.size() / 50) {
            std::string bad = sealed;
            bad[at] = static_cast<char>(bad[at] ^ 1);
            CHECK_FALSE(seal::decrypt(bad, key));
            CHECK_FALSE(seal::decrypt(std::string_view(sealed).substr(0, at), key));
        }
        seal::Key other = key;
        other[31] ^= 1;
        CHECK_FALSE(seal::decrypt(sealed, other));
    }
}

// Test case 14 of the GCM specification: zero key, zero nonce, sixteen zero octets.
TEST_CASE("seal: AES-256-GCM as others know it")
{
    std::string sealed;
    seal::encrypt_to(sealed, std::string(16, '\0'), seal::Key{});
    CHECK(sealed == std::string("\xce\xa7\x40\x3d\x4d\x60\x6b\x6e\x07\x4e\xc5\xd3\xba\xf3"
                                "\x9d\x18\xd0\xd1\xc8\xa7\x99\x99\x6b\xf0\x26\x5b\x98\xb5"
                                "\xd4\x8a\xb9\x19",
                                32));
}
