// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "base/failure.h"
#include "seal/fixture_test.h"
#include "seal/keys.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

using seal::Certificate;
using seal::PrivateKey;
using seal::testing::Directory;

namespace {

std::string failure_of(const auto& act)
{
    try {
        act();
    } catch (const base::Failure& failure) {
        CHECK(failure.remedy() == base::Remedy::fix_config);
        return failure.what();
    }
    return "";
}

} // namespace

TEST_CASE("seal: a new pair of keys")
{
    const Directory directory;
    const auto pair = seal::testing::new_pair(directory, "auditors");
    CHECK(pair.certificate.subject() == "CN=auditors");
    CHECK(pair.certificate.fingerprint().size() == 64);
    const std::int64_t left = pair.certificate.not_after() - base::wall_seconds();
    CHECK(left > 29 * 86400);
    CHECK(left <= 30 * 86400);
    CHECK(Certificate::parse(pair.certificate.der(), "DER").fingerprint() ==
          pair.certificate.fingerprint());
    CHECK(pair.certificate.pem() == directory.read("auditors.crt"));
    CHECK(directory.run("openssl x509 -in auditors.crt -noout -fingerprint -sha256 | tr -d "
                        ": | grep -qi " +
                        pair.certificate.fingerprint()) == 0);
    CHECK(directory.run("openssl verify -x509_strict -CAfile auditors.crt auditors.crt "
                        ">/dev/null") == 0);
    struct stat status{};
    REQUIRE(::stat(directory.file("auditors.key").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    REQUIRE(::stat(directory.file("auditors.crt").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0644);
}

TEST_CASE("seal: nothing is overwritten by a new pair, and nothing half made stays")
{
    const Directory directory;
    (void)seal::testing::new_pair(directory, "a");
    const std::string before = directory.read("a.key");
    CHECK_THROWS_AS(
        seal::make_key_pair(directory.file("a.key"), directory.file("b.crt"), "b", 1),
        base::Failure);
    CHECK_THROWS_AS(
        seal::make_key_pair(directory.file("b.key"), directory.file("a.crt"), "b", 1),
        base::Failure);
    CHECK_THROWS_AS(
        seal::make_key_pair(directory.file("b.key"), directory.file("no/b.crt"), "b", 1),
        base::Failure);
    CHECK(directory.read("a.key") == before);
    CHECK_FALSE(std::filesystem::exists(directory.file("b.key")));
    CHECK_FALSE(std::filesystem::exists(directory.file("b.crt")));
}

TEST_CASE("seal: certificates and keys that are refused")
{
    const Directory directory;
    CHECK(failure_of([&] {
              (void)Certificate::read(directory.file("none"));
          }).ends_with("none: No such file or directory"));
    CHECK(failure_of([] { (void)Certificate::parse("x", "here"); }) ==
          "here: no certificate");
    CHECK(failure_of([&] {
              seal::testing::new_rsa_pair(directory, "weak", "1024");
          }).ends_with("weak.crt: RSA key of less than 2048 bits"));
    REQUIRE(directory.run("openssl req -x509 -newkey ed25519 -nodes -subj /CN=ed -keyout "
                          "ed.key -out ed.crt") == 0);
    CHECK(failure_of([&] {
              (void)Certificate::read(directory.file("ed.crt"));
          }).ends_with("neither an RSA key nor one of an elliptic curve"));
    (void)seal::testing::new_pair(directory, "a");
    CHECK(failure_of([&] {
              (void)PrivateKey::read(directory.file("a.crt"));
          }).contains("others than its owner"));
    REQUIRE(directory.run("umask 077; openssl pkey -in a.key -aes256 -passout pass:x -out "
                          "locked.key; cp a.crt crt.key; chmod 600 crt.key") == 0);
    CHECK(failure_of([&] {
              (void)PrivateKey::read(directory.file("locked.key"));
          }).ends_with("no unencrypted private key"));
    CHECK(failure_of([&] {
              (void)PrivateKey::read(directory.file("crt.key"));
          }).ends_with("no unencrypted private key"));
    for (const mode_t mode : {0640, 0604, 0620, 0610}) {
        REQUIRE(::chmod(directory.file("a.key").c_str(), mode) == 0);
        CHECK(failure_of([&] {
                  (void)PrivateKey::read(directory.file("a.key"));
              }).contains("others than its owner"));
    }
}
