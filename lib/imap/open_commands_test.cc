// SPDX-License-Identifier: Apache-2.0
#include "imap/open_commands.h"

#include <doctest/doctest.h>
#include <string>

using imap::CommandKind;
using imap::OpenCommands;

TEST_CASE("imap: commands are answered by their tags, the oldest first")
{
    OpenCommands open(9);
    open.ask("a", CommandKind::fetch);
    open.said();
    open.ask("b", CommandKind::logout);
    open.said();
    open.ask("a", CommandKind::select);
    CHECK(open.saying()->kind == CommandKind::select);
    CHECK(open.answered("a")->kind == CommandKind::fetch);
    CHECK(open.saying() != nullptr);
    CHECK(open.answered("a")->kind == CommandKind::select);
    CHECK(open.saying() == nullptr);
    CHECK(open.latest() == nullptr);
    CHECK_FALSE(open.answered("a"));
    CHECK(open.owed());
    CHECK(open.answered("b"));
    CHECK_FALSE(open.owed());
}

TEST_CASE("imap: what is asked has a limit, and what is not understood makes room")
{
    OpenCommands open(3);
    for (const char* tag : {"a", "b", "c"}) {
        CHECK_FALSE(open.full());
        open.ask(tag, CommandKind::other);
        open.said();
    }
    CHECK(open.full());
    SUBCASE("by an answer")
    {
        CHECK(open.answered("b"));
        CHECK_FALSE(open.full());
    }
    SUBCASE("by * BAD, which may have been the answer to the oldest")
    {
        CHECK_FALSE(open.not_understood());
        CHECK_FALSE(open.full());
        open.ask("d", CommandKind::other);
        open.said();
        CHECK(open.full());
        CHECK_FALSE(open.answered("a"));
    }
    SUBCASE("by a tag that servers may not answer with")
    {
        CHECK(open.answered("b"));
        open.ask("x]", CommandKind::fetch);
        open.said();
        CHECK_FALSE(open.full());
        open.ask("d", CommandKind::other);
        CHECK(open.full());
        CHECK_FALSE(open.answered("x]"));
    }
}

TEST_CASE("imap: * BAD answers the oldest command with a doubtful tag")
{
    OpenCommands open(9);
    open.ask("a", CommandKind::fetch);
    open.ask("\"b", CommandKind::select);
    open.ask(std::string(129, 'c'), CommandKind::logout);
    open.ask("d", CommandKind::fetch);
    CHECK(open.not_understood()->kind == CommandKind::select);
    CHECK(open.not_understood()->kind == CommandKind::logout);
    CHECK_FALSE(open.not_understood());
    CHECK(open.answered("a"));
    CHECK(open.answered("d"));
}

TEST_CASE("imap: tags that any server takes")
{
    for (const char* tag : {"a", "A001", "a.1-x_/#!$&'<>?@^`|}~,;=:["})
        CHECK(imap::is_sound_tag(tag));
    for (const char* tag : {"", "+", "*", "a+", "a b", "a]", "a\\", "a\"", "a(", "a)", "a{",
                            "a%", "a*", "a\t", "\xe4", "a\x7f"})
        CHECK_FALSE(imap::is_sound_tag(tag));
    CHECK_FALSE(imap::is_sound_tag(std::string(imap::longest_tag, 'a')));
}
