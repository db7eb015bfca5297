// SPDX-License-Identifier: Apache-2.0
#include "proxy/imap_script.h"

#include <array>
#include <doctest/doctest.h>
#include <memory>

using imap::Capabilities;
using proxy::ImapLogin;
using proxy::ImapScript;
using Lines = std::vector<std::string>;

namespace {

ImapLogin by_command(std::string user, std::string password)
{
    return {.tag = "a",
            .mechanism = {},
            .first = {},
            .user = std::move(user),
            .password = std::move(password)};
}

ImapLogin by_mechanism(std::string mechanism, std::string first)
{
    return {.tag = "a",
            .mechanism = std::move(mechanism),
            .first = std::move(first),
            .user = {},
            .password = {}};
}

Lines lines_of(const ImapLogin& login, std::string_view capabilities)
{
    const auto script = proxy::script_of(login, Capabilities(capabilities));
    return script ? script->lines : Lines();
}

const std::string plain("\0anna\0secret", 12);

} // namespace

TEST_CASE("proxy: LOGIN for an IMAP backend, with the literals it takes")
{
    struct {
        std::string user;
        std::string password;
        std::string_view capabilities;
        Lines lines;
    } const cases[] = {
        {"anna", "secret", "IMAP4rev1", {"a LOGIN anna secret\r\n"}},
        {"an na", "se\"c\\ret", "IMAP4rev1", {"a LOGIN \"an na\" \"se\\\"c\\\\ret\"\r\n"}},
        {"anna", "", "IMAP4rev1", {"a LOGIN anna \"\"\r\n"}},
        {"nil", "{3}", "IMAP4rev1", {"a LOGIN \"nil\" \"{3}\"\r\n"}},
        // Nothing that a name holds can end the line.
        {"a\r\nb SELECT x",
         "\xc3\xa4",
         "IMAP4rev1 LITERAL+",
         {"a LOGIN {13+}\r\na\r\nb SELECT x {2+}\r\n\xc3\xa4\r\n"}},
        {"a\r\nb",
         "\xc3\xa4",
         "IMAP4rev1",
         {"a LOGIN {4}\r\n", "a\r\nb {2}\r\n", "\xc3\xa4\r\n"}},
        {"a\nb", "x", "IMAP4rev2", {"a LOGIN {3+}\r\na\nb x\r\n"}},
        {"anna",
         std::string(5000, 'x'),
         "IMAP4rev1 LITERAL-",
         {"a LOGIN anna {5000}\r\n", std::string(5000, 'x') + "\r\n"}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.user);
        CAPTURE(one.password);
        CHECK(lines_of(by_command(one.user, one.password), one.capabilities) == one.lines);
    }
}

TEST_CASE("proxy: who takes no LOGIN is told the password in another way")
{
    const ImapLogin login = by_command("anna", "secret");
    CHECK(lines_of(login, "LOGINDISABLED AUTH=PLAIN SASL-IR") ==
          Lines{"a AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\r\n"});
    CHECK(lines_of(login, "LOGINDISABLED AUTH=PLAIN") ==
          Lines{"a AUTHENTICATE PLAIN\r\n", "AGFubmEAc2VjcmV0\r\n"});
    CHECK(lines_of(login, "LOGINDISABLED AUTH=LOGIN") ==
          Lines{"a AUTHENTICATE LOGIN\r\n", "YW5uYQ==\r\n", "c2VjcmV0\r\n"});
    CHECK(lines_of(login, "LOGINDISABLED AUTH=SCRAM-SHA-256").empty());
}

TEST_CASE("proxy: mechanisms for an IMAP backend")
{
    CHECK(lines_of(by_mechanism("PLAIN", plain), "AUTH=PLAIN SASL-IR") ==
          Lines{"a AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\r\n"});
    CHECK(lines_of(by_mechanism("SCRAM-SHA-1", "n,,n=a,r=b"), "AUTH=SCRAM-SHA-1") ==
          Lines{"a AUTHENTICATE SCRAM-SHA-1\r\n", "biwsbj1hLHI9Yg==\r\n"});
    CHECK(lines_of(by_mechanism("XOAUTH2", ""), "AUTH=XOAUTH2 SASL-IR") ==
          Lines{"a AUTHENTICATE XOAUTH2 =\r\n"});
    CHECK(lines_of(by_mechanism("XOAUTH2", "x"), "AUTH=PLAIN").empty());
    // PLAIN is possible where only the command is, but not for somebody else.
    CHECK(lines_of(by_mechanism("PLAIN", plain), "IMAP4rev1") ==
          Lines{"a LOGIN anna secret\r\n"});
    CHECK(lines_of(by_mechanism("PLAIN", "bert" + plain), "IMAP4rev1").empty());
    CHECK(
        lines_of(by_mechanism("PLAIN", std::string("\0a\0b\0c", 6)), "IMAP4rev1").empty());
    CHECK(lines_of(by_mechanism("PLAIN", plain), "LOGINDISABLED").empty());

    ImapLogin login = by_command("anna", "secret");
    login.mechanism = "LOGIN";
    CHECK(lines_of(login, "AUTH=LOGIN AUTH=PLAIN SASL-IR").size() == 3);
    CHECK(lines_of(login, "AUTH=PLAIN SASL-IR") ==
          Lines{"a AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\r\n"});
    CHECK(lines_of(login, "IMAP4rev1") == Lines{"a LOGIN anna secret\r\n"});
    CHECK(lines_of(login, "LOGINDISABLED").empty());
}

TEST_CASE("proxy: only what is relayed has questions for the client")
{
    const Capabilities backend("AUTH=PLAIN AUTH=SCRAM-SHA-1");
    CHECK(proxy::script_of(by_mechanism("SCRAM-SHA-1", "n,,n=a,r=b"), backend)->relayed);
    CHECK_FALSE(proxy::script_of(by_command("a", "b"), backend)->relayed);
}

TEST_CASE("proxy: mechanisms that are offered are those that can be carried")
{
    const Lines wanted = {"PLAIN", "LOGIN", "XOAUTH2", "SCRAM-SHA-256-PLUS", "GSSAPI"};
    struct {
        std::string_view capabilities;
        Lines possible;
    } const cases[] = {
        {"", {"PLAIN", "LOGIN", "XOAUTH2"}},
        {"IMAP4rev1", {"PLAIN", "LOGIN"}},
        {"IMAP4rev1 AUTH=XOAUTH2 AUTH=GSSAPI", {"PLAIN", "LOGIN", "XOAUTH2"}},
        {"LOGINDISABLED AUTH=XOAUTH2", {"XOAUTH2"}},
        {"LOGINDISABLED AUTH=PLAIN", {"PLAIN", "LOGIN"}},
        {"LOGINDISABLED AUTH=LOGIN", {"LOGIN"}},
    };
    for (const auto& one : cases) {
        CAPTURE(one.capabilities);
        CHECK(proxy::possible_mechanisms(wanted, Capabilities(one.capabilities)) ==
              one.possible);
    }
}

TEST_CASE("proxy: secrets of a login are wiped with it, also short ones that were moved")
{
    alignas(ImapLogin) std::array<char, sizeof(ImapLogin)> frame{};
    auto* const login = new (frame.data()) ImapLogin(by_command("anna", "secret"));
    const ImapLogin moved = std::move(*login);
    std::destroy_at(login);
    CHECK(moved.password == "secret");
    CHECK_FALSE(std::string_view(frame.data(), frame.size()).contains("ecret"));
}
