// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a login that goes on to an IMAP backend is one command with the same user
// and password, whatever these are and whatever the backend can.
//
// Input: a byte of capabilities, then user and password, separated by 0xff.
#include "check.h"
#include "imap/command.h"
#include "proxy/imap_identity.h"
#include "proxy/imap_script.h"
#include "sasl/identity.h"
#include "sasl/plain.h"
#include "text/base64.h"

#include <string>

using fuzz::promise;

namespace {

std::string capabilities(std::uint8_t bits)
{
    constexpr const char* words[] = {" LITERAL+",   " LITERAL-",   " SASL-IR",
                                     " AUTH=PLAIN", " AUTH=LOGIN", " LOGINDISABLED"};
    std::string all = "IMAP4rev1";
    for (const char* word : words) {
        if ((bits & 1) != 0)
            all += word;
        bits = static_cast<std::uint8_t>(bits >> 1);
    }
    return all;
}

// The backend's side: gathers the command as the lines come, and asks for each further one.
imap::Command heard(const proxy::ImapScript& script)
{
    using State = imap::CommandReader::State;
    imap::Limits limits;
    limits.command = limits.literal = 1u << 20;
    imap::CommandReader reader(limits);
    for (std::size_t i = 0; i < script.lines.size(); ++i) {
        promise(reader.feed(script.lines[i]) == script.lines[i].size());
        const bool last = i + 1 == script.lines.size();
        promise(reader.state() == (last ? State::complete : State::go_ahead));
    }
    auto command = imap::parse_command(reader.line(), limits);
    promise(command.has_value());
    return *std::move(command);
}

void check(const proxy::ImapScript& script, const std::string& user,
           const std::string& password)
{
    if (script.lines.front().starts_with("a LOGIN ")) {
        const imap::Command command = heard(script);
        promise(command.arguments.size() == 2);
        promise(command.arguments[0].text == user);
        promise(command.arguments[1].text == password);
        return;
    }
    promise(script.lines.front().starts_with("a AUTHENTICATE "));
    for (const std::string& line : script.lines)
        promise(line.find_first_of("\r\n") == line.size() - 2);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view input = fuzz::text_of(data + 1, size - 1);
    const std::size_t end = std::min(input.find('\xff'), input.size());
    const std::string user(input.substr(0, end));
    const std::string password(input.substr(std::min(end + 1, input.size())));
    promise(proxy::id_command("s1", {user, password}).find_first_of("\r\n") ==
            proxy::id_command("s1", {user, password}).size() - 2);
    if (user.contains('\0') || password.contains('\0') || user.empty())
        return 0; // refused before
    const imap::Capabilities backend(capabilities(data[0]));
    for (const char* mechanism : {"", "LOGIN", "PLAIN"}) {
        proxy::ImapLogin login{.tag = "a",
                               .mechanism = mechanism,
                               .first = {},
                               .user = user,
                               .password = password};
        if (login.mechanism == "PLAIN")
            login.first = sasl::plain_message(user, password);
        const auto script = proxy::script_of(login, backend);
        if (script)
            check(*script, user, password);
    }
    return 0;
}
