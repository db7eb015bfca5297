// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "seal/fixture_test.h"
#include "seal/vault.h"
#include "text/base64.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

using seal::testing::Directory;

TEST_CASE("seal: a vault gives back what it was given")
{
    const Directory directory;
    seal::Vault::make_key(directory.file("key"));
    const seal::Vault vault(directory.file("key"));
    for (const std::string& secret :
         {std::string(), std::string("p"), std::string("pass\0word", 9),
          std::string(100'000, 'x')}) {
        const std::string box = vault.lock(secret, "order 7, password");
        CHECK(vault.unlock(box, "order 7, password") == secret);
        CHECK(vault.lock(secret, "order 7, password") != box); // nonces differ
    }
    struct stat status{};
    REQUIRE(::stat(directory.file("key").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("seal: a box opens only where it belongs, and unchanged")
{
    const Directory directory;
    seal::Vault::make_key(directory.file("key"));
    seal::Vault::make_key(directory.file("other"));
    const seal::Vault vault(directory.file("key"));
    const seal::Vault other(directory.file("other"));
    const std::string box = vault.lock("secret", "row 1");
    CHECK_FALSE(vault.unlock(box, "row 2"));
    CHECK_FALSE(vault.unlock(box, ""));
    CHECK_FALSE(other.unlock(box, "row 1"));
    CHECK_FALSE(vault.unlock("", "row 1"));
    CHECK_FALSE(vault.unlock(box + "AAAA", "row 1"));
    const std::string bytes = *text::from_base64(box);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        for (const char mask : {'\x01', '\x10', '\x80'}) {
            std::string changed = bytes;
            changed[i] ^= mask;
            CHECK_FALSE(vault.unlock(text::base64(changed), "row 1"));
        }
    for (std::size_t length = 0; length < bytes.size(); ++length)
        CHECK_FALSE(vault.unlock(text::base64(bytes.substr(0, length)), "row 1"));
    for (std::size_t i = 0; i < box.size(); ++i) {
        std::string changed = box;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK_FALSE(vault.unlock(changed, "row 1"));
    }
}

TEST_CASE("seal: key files of a vault that are refused")
{
    const Directory directory;
    const std::string good(64, 'a');
    const struct {
        std::string content;
        mode_t mode;
    } cases[] = {{good, 0640},
                 {good, 0604},
                 {good, 0660},
                 {"", 0600},
                 {"aa", 0600},
                 {good + "0", 0600},
                 {good + " x", 0600},
                 {std::string(64, 'g'), 0600},
                 {std::string(1u << 20, 'a'), 0600}};
    for (const auto& [content, mode] : cases) {
        CAPTURE(content.substr(0, 80));
        CAPTURE(mode);
        const std::string file = directory.write("key", content);
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        CHECK_THROWS_AS(seal::Vault{file}, base::Failure);
    }
    CHECK_THROWS_AS(seal::Vault{directory.file("none")}, base::Failure);
    CHECK_THROWS_AS(seal::Vault{directory.file(".")}, base::Failure);
    CHECK_THROWS_AS(seal::Vault::make_key(directory.file("key")), base::Failure);
}

TEST_CASE("seal: a relative key file is a credential of systemd")
{
    const Directory directory;
    const std::string file = directory.write("vault", std::string(64, '1') + '\n');
    REQUIRE(::chmod(file.c_str(), 0440) == 0); // as systemd does with access lists
    REQUIRE(::setenv("CREDENTIALS_DIRECTORY", directory.file("").c_str(), 1) == 0);
    CHECK_THROWS_AS(seal::Vault{"none"}, base::Failure);
    const std::string name = directory.file("");
    REQUIRE(::setenv("CREDENTIALS_DIRECTORY", name.substr(0, name.size() - 1).c_str(), 1) ==
            0);
    const seal::Vault vault("vault");
    CHECK(vault.unlock(vault.lock("s", "l"), "l") == "s");
    REQUIRE(::unsetenv("CREDENTIALS_DIRECTORY") == 0);
    CHECK_THROWS_AS(seal::Vault{file}, base::Failure);
}
