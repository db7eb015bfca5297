// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "seal/envelope.h"
#include "seal/fixture_test.h"

#include <doctest/doctest.h>
#include <vector>

using seal::Certificate;
using seal::testing::Directory;
using seal::testing::Pair;

namespace {

std::vector<Certificate> only(const Pair& pair)
{
    return {pair.certificate};
}

} // namespace

TEST_CASE("seal: what is sealed opens, for every recipient and for nobody else")
{
    const Directory directory;
    const Pair anna = seal::testing::new_pair(directory, "anna");
    const Pair bert = seal::testing::new_rsa_pair(directory, "bert");
    const Pair carl = seal::testing::new_pair(directory, "carl");
    const std::vector<Certificate> two = {anna.certificate, bert.certificate};
    for (const bool compatible : {false, true})
        for (const std::string& content :
             {std::string(), std::string("a\r\nb\n\0c", 8), std::string(100'000, '\xff')}) {
            const std::string box = seal::envelop(content, two, compatible);
            CHECK(seal::open(box, anna.certificate, anna.key) == content);
            CHECK(seal::open(box, bert.certificate, bert.key) == content);
            CHECK_FALSE(seal::open(box, carl.certificate, carl.key));
            CHECK_FALSE(seal::open(box, anna.certificate, carl.key));
            CHECK_FALSE(seal::open(box, carl.certificate, anna.key));
        }
    CHECK_THROWS_AS((void)seal::envelop("x", {}), base::Failure);
}

TEST_CASE("seal: what is for somebody else is not called damaged")
{
    const Directory directory;
    const Pair pairs[] = {seal::testing::new_pair(directory, "anna"),
                          seal::testing::new_rsa_pair(directory, "bert")};
    for (const Pair& pair : pairs)
        for (const Pair& other : pairs) {
            if (&pair == &other)
                continue;
            const std::string box = seal::envelop("content", only(pair));
            const auto opened = seal::open(box, other.certificate, other.key);
            REQUIRE_FALSE(opened);
            CHECK(opened.error() == "not sealed for " + other.certificate.subject() +
                                        ": another certificate is named");
        }
    const std::string text = seal::sign("x", pairs[0].certificate, pairs[0].key);
    CHECK(seal::open(text, pairs[0].certificate, pairs[0].key).error().contains("damaged"));
}

TEST_CASE("seal: a changed or cut envelope is refused")
{
    const Directory directory;
    const Pair pairs[] = {seal::testing::new_pair(directory, "anna"),
                          seal::testing::new_rsa_pair(directory, "bert")};
    for (const Pair& pair : pairs) {
        const std::string box = seal::envelop("content", only(pair));
        for (std::size_t i = 0; i < box.size(); ++i)
            for (const char mask : {'\x01', '\x04', '\x20', '\x80'}) {
                std::string changed = box;
                changed[i] ^= mask;
                CAPTURE(i);
                CAPTURE(static_cast<int>(mask));
                CHECK_FALSE(seal::open(changed, pair.certificate, pair.key));
            }
        for (std::size_t length = 0; length < box.size(); length += 3)
            CHECK_FALSE(seal::open(box.substr(0, length), pair.certificate, pair.key));
        CHECK_FALSE(seal::open(box + '\0', pair.certificate, pair.key));
        CHECK_FALSE(seal::open(box + box, pair.certificate, pair.key));
    }
}

TEST_CASE("seal: openssl cms opens what we seal, and we what it seals")
{
    const Directory directory;
    for (const Pair& pair : {seal::testing::new_pair(directory, "key"),
                             seal::testing::new_rsa_pair(directory, "rsa")}) {
        const std::string name = pair.certificate.subject().substr(3);
        const std::string keys = " -recip " + name + ".crt -inkey " + name + ".key ";
        for (const bool compatible : {false, true}) {
            (void)directory.write(
                "box", seal::envelop("our\r\ncontent\n", only(pair), compatible));
            CHECK(directory.run("openssl cms -decrypt -binary -inform DER -in box" + keys +
                                "-out text") == 0);
            CHECK(directory.read("text") == "our\r\ncontent\n");
        }
        (void)directory.write("text", "their content");
        for (const std::string cipher : {"-aes-256-gcm", "-aes-256-cbc"}) {
            REQUIRE(directory.run("openssl cms -encrypt -binary -outform DER -in text -out "
                                  "box " +
                                  cipher + ' ' + name + ".crt") == 0);
            CHECK(seal::open(directory.read("box"), pair.certificate, pair.key) ==
                  "their content");
        }
    }
}

TEST_CASE("seal: signatures, ours and openssl's")
{
    const Directory directory;
    for (const Pair& pair : {seal::testing::new_pair(directory, "key"),
                             seal::testing::new_rsa_pair(directory, "rsa")}) {
        const std::string name = pair.certificate.subject().substr(3);
        const std::string file = directory.write("text", "signed\ncontent\r\n");
        const std::string signature =
            seal::sign(directory.read("text"), pair.certificate, pair.key);
        (void)directory.write("sig", signature);
        CHECK(directory.run("openssl cms -verify -binary -inform DER -in sig -content text "
                            "-CAfile " +
                            name + ".crt -purpose any -out /dev/null") == 0);
        CHECK(seal::verify(directory.read("text"), signature, pair.certificate));
        REQUIRE(directory.run("openssl cms -sign -binary -in text -outform DER -out sig "
                              "-signer " +
                              name + ".crt -inkey " + name + ".key") == 0);
        CHECK(
            seal::verify(directory.read("text"), directory.read("sig"), pair.certificate));
    }
}

TEST_CASE("seal: signatures that do not fit are refused")
{
    const Directory directory;
    const Pair anna = seal::testing::new_pair(directory, "anna");
    const Pair carl = seal::testing::new_pair(directory, "carl");
    const std::string signature = seal::sign("content", anna.certificate, anna.key);
    CHECK(seal::verify("content", signature, anna.certificate));
    CHECK_FALSE(seal::verify("content", signature, carl.certificate));
    CHECK_FALSE(seal::verify("contenT", signature, anna.certificate));
    CHECK_FALSE(seal::verify("", signature, anna.certificate));
    CHECK_FALSE(seal::verify("content", "", anna.certificate));
    CHECK_FALSE(seal::verify("content", signature + 'x', anna.certificate));
    CHECK_FALSE(
        seal::verify("content", seal::envelop("content", only(anna)), anna.certificate));
    CHECK_FALSE(seal::verify("content", seal::sign("content", carl.certificate, carl.key),
                             anna.certificate));

    const std::string raw = seal::sign_raw("content", anna.key);
    CHECK(seal::verify_raw("content", raw, anna.certificate));
    CHECK_FALSE(seal::verify_raw("contenT", raw, anna.certificate));
    CHECK_FALSE(seal::verify_raw("content", raw, carl.certificate));
    for (std::size_t i = 0; i < raw.size(); ++i) {
        std::string changed = raw;
        changed[i] ^= 1;
        CHECK_FALSE(seal::verify_raw("content", changed, anna.certificate));
    }
}
