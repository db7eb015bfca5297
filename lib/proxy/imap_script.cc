// SPDX-License-Identifier: Apache-2.0
// proxy/imap_script.cc - see the header.
#include "proxy/imap_script.h"

#include "base/wipe.h"
#include "imap/value.h"
#include "sasl/identity.h"
#include "sasl/plain.h"
#include "text/base64.h"

namespace proxy {

namespace {

constexpr std::size_t most_for_literal_minus = 4096; // RFC 7888 section 5

using imap::Capabilities;

bool offers(const Capabilities& backend, std::string_view mechanism)
{
    return backend.has("AUTH=" + std::string(mechanism));
}

bool takes_login_command(const Capabilities& backend)
{
    return !backend.has("LOGINDISABLED");
}

// It accepts literals of this size without having said "+".
bool takes_literals(const Capabilities& backend, std::size_t size)
{
    if (backend.has("LITERAL+"))
        return true;
    const bool small = backend.has("LITERAL-") || backend.has("IMAP4rev2");
    return small && size <= most_for_literal_minus;
}

// One argument, its literal in a line of its own if that has to wait for "+".
void add_argument(std::vector<std::string>& lines, std::string_view text,
                  const Capabilities& backend)
{
    std::string word = imap::astring(text, takes_literals(backend, text.size()));
    const std::size_t waits = word.find("}\r\n");
    std::string& line = lines.back();
    line += ' ';
    if (!word.starts_with('{') || word[waits - 1] == '+') {
        line += word;
    } else {
        line += word.substr(0, waits + 3);
        lines.emplace_back(word.substr(waits + 3));
    }
    base::wipe(word);
}

ImapScript by_command(const ImapLogin& login, const Capabilities& backend)
{
    ImapScript script;
    script.lines.push_back(login.tag + " LOGIN");
    add_argument(script.lines, login.user, backend);
    add_argument(script.lines, login.password, backend);
    script.lines.back() += "\r\n";
    return script;
}

ImapScript by_mechanism(const ImapLogin& login, std::string_view mechanism,
                        std::string_view first, const Capabilities& backend)
{
    ImapScript script;
    std::string& line = script.lines.emplace_back(login.tag + " AUTHENTICATE ");
    line += mechanism;
    std::string response = text::base64(first);
    if (backend.has("SASL-IR"))
        line += ' ' + (response.empty() ? "=" : response) + "\r\n";
    else
        script.lines = {line + "\r\n", response + "\r\n"};
    base::wipe(response);
    return script;
}

ImapScript by_plain(const ImapLogin& login, const Capabilities& backend)
{
    std::string message = sasl::plain_message(login.user, login.password);
    ImapScript script = by_mechanism(login, "PLAIN", message, backend);
    base::wipe(message);
    return script;
}

ImapScript by_prompts(const ImapLogin& login)
{
    ImapScript script;
    script.lines = {login.tag + " AUTHENTICATE LOGIN\r\n",
                    text::base64(login.user) + "\r\n",
                    text::base64(login.password) + "\r\n"};
    return script;
}

// PLAIN for a backend that only knows the command; not for who acts as another.
std::optional<ImapScript> plain_by_command(const ImapLogin& login,
                                           const Capabilities& backend)
{
    const auto said = sasl::parse_plain(login.first);
    if (!said || !said->for_oneself() || said->password.contains('\0')) // in no literal
        return std::nullopt;
    const ImapLogin plain{.tag = login.tag,
                          .mechanism = {},
                          .first = {},
                          .user = std::string(said->user),
                          .password = std::string(said->password)};
    return by_command(plain, backend);
}

bool is_possible(std::string_view mechanism, const Capabilities& backend)
{
    if (backend.empty() || offers(backend, mechanism))
        return true;
    return mechanism == "LOGIN" ? takes_passwords(backend)
                                : mechanism == "PLAIN" && takes_login_command(backend);
}

std::optional<ImapScript> relayed(const ImapLogin& login, const Capabilities& backend)
{
    if (!offers(backend, login.mechanism)) {
        if (login.mechanism == "PLAIN" && takes_login_command(backend))
            return plain_by_command(login, backend);
        return std::nullopt;
    }
    ImapScript script = by_mechanism(login, login.mechanism, login.first, backend);
    script.relayed = true;
    return script;
}

} // namespace

ImapLogin::~ImapLogin()
{
    base::wipe(first);
    base::wipe(password);
}

ImapScript::~ImapScript()
{
    for (std::string& line : lines)
        base::wipe(line);
}

// In the way the client has chosen if the backend knows it: what a password may consist of
// differs between them.
std::optional<ImapScript> script_of(const ImapLogin& login, const Capabilities& backend)
{
    if (!login.mechanism.empty() && login.mechanism != "LOGIN")
        return relayed(login, backend);
    if (login.mechanism.empty() && takes_login_command(backend))
        return by_command(login, backend);
    if (login.mechanism == "LOGIN" && offers(backend, "LOGIN"))
        return by_prompts(login);
    if (offers(backend, "PLAIN"))
        return by_plain(login, backend);
    if (offers(backend, "LOGIN"))
        return by_prompts(login);
    if (takes_login_command(backend))
        return by_command(login, backend);
    return std::nullopt;
}

bool takes_passwords(const Capabilities& backend)
{
    return takes_login_command(backend) || offers(backend, "PLAIN") ||
           offers(backend, "LOGIN");
}

std::vector<std::string> possible_mechanisms(const std::vector<std::string>& wanted,
                                             const Capabilities& backend)
{
    std::vector<std::string> possible;
    for (const std::string& one : wanted)
        if (sasl::can_identify(one) && is_possible(one, backend))
            possible.push_back(one);
    return possible;
}

} // namespace proxy
