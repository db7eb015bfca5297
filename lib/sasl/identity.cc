// SPDX-License-Identifier: Apache-2.0
// sasl/identity.cc - the beginnings of RFC 4616, 5802, 7628 and of what Google made of it.
#include "sasl/identity.h"

#include "base/wipe.h"
#include "sasl/plain.h"
#include "sasl/server.h"
#include "text/base64.h"
#include "text/lines.h"

#include <array>
#include <utility>

namespace sasl {

namespace {

using Found = std::optional<Identity>;

bool is_name(std::string_view name)
{
    return !name.empty() && name.size() <= max_name && !text::has_control(name);
}

// What stands in front of `end`, taken off `rest`; nothing if it does not come.
std::optional<std::string_view> take_until(std::string_view& rest, char end)
{
    const std::size_t size = rest.find(end);
    if (size == std::string_view::npos)
        return std::nullopt;
    const std::string_view head = rest.substr(0, size);
    rest.remove_prefix(size + 1);
    return head;
}

// "=2C" is a comma, "=3D" an equals sign, nothing else is escaped (RFC 5801 section 4).
std::optional<std::string> unescape(std::string_view name)
{
    std::string plain;
    while (!name.empty()) {
        const std::size_t size = name.find('=');
        plain += name.substr(0, size);
        if (size == std::string_view::npos)
            break;
        name.remove_prefix(size);
        if (!name.starts_with("=2C") && !name.starts_with("=3D"))
            return std::nullopt;
        plain += name[1] == '2' ? ',' : '=';
        name.remove_prefix(3);
    }
    return plain;
}

std::optional<std::string> unescaped_name(std::string_view escaped)
{
    auto name = unescape(escaped);
    if (!name || !is_name(*name))
        return std::nullopt;
    return name;
}

Found identify_plain(std::string_view message)
{
    const auto plain = parse_plain(message);
    if (!plain || !is_name(plain->user) ||
        (!plain->acts_as.empty() && !is_name(plain->acts_as)))
        return std::nullopt;
    return Identity{.user = std::string(plain->user),
                    .acts_as = std::string(plain->acts_as)};
}

Found identify_login(std::string_view message)
{
    if (!is_name(message))
        return std::nullopt;
    return Identity{.user = std::string(message), .acts_as = {}};
}

// "user=" name ^A "auth=Bearer " token ^A ^A
Found identify_xoauth2(std::string_view message)
{
    constexpr std::string_view begin = "user=";
    if (!message.starts_with(begin))
        return std::nullopt;
    message.remove_prefix(begin.size());
    const auto name = take_until(message, '\1');
    return name ? identify_login(*name) : std::nullopt;
}

// The beginning that SCRAM and OAUTHBEARER share (RFC 5801 section 4): "n,a=name,".  False:
// malformed, or with channel binding.
bool take_header(std::string_view& message, Identity& who)
{
    const auto binding = take_until(message, ',');
    const auto acts_as = take_until(message, ',');
    if (!binding || !acts_as || (*binding != "n" && *binding != "y"))
        return false;
    if (acts_as->empty())
        return true;
    if (!acts_as->starts_with("a="))
        return false;
    const auto name = unescaped_name(acts_as->substr(2));
    who.acts_as = name.value_or("");
    return name.has_value();
}

// RFC 7628 section 3.1.  The token says who it is; the name is only a hint.
Found identify_bearer(std::string_view message)
{
    Identity who;
    if (!take_header(message, who) || !message.starts_with('\1'))
        return std::nullopt;
    who.user.swap(who.acts_as);
    return who;
}

// RFC 5802 section 7.  "m=" would be an extension that must be understood: nobody can.
Found identify_scram(std::string_view message)
{
    Identity who;
    if (!take_header(message, who) || !message.starts_with("n="))
        return std::nullopt;
    message.remove_prefix(2);
    const auto escaped = take_until(message, ',');
    if (!escaped || !message.starts_with("r="))
        return std::nullopt;
    const auto name = unescaped_name(*escaped);
    if (!name)
        return std::nullopt;
    who.user = *name;
    return who;
}

struct Method {
    std::string_view mechanism;
    Found (*identify)(std::string_view message);
};

constexpr std::array methods{
    Method{"PLAIN", identify_plain},
    Method{"LOGIN", identify_login},
    Method{"XOAUTH2", identify_xoauth2},
    Method{"OAUTHBEARER", identify_bearer},
};

bool is_scram(std::string_view mechanism)
{
    return mechanism.starts_with("SCRAM-") && !mechanism.ends_with("-PLUS");
}

} // namespace

bool can_identify(std::string_view mechanism)
{
    for (const Method& method : methods)
        if (method.mechanism == mechanism)
            return true;
    return is_scram(mechanism);
}

First who_begins(std::string_view mechanism)
{
    return mechanism == "LOGIN" ? First::user_on_prompt : First::client;
}

std::optional<Identity> identify(std::string_view mechanism, std::string_view message)
{
    for (const Method& method : methods)
        if (method.mechanism == mechanism)
            return method.identify(message);
    return is_scram(mechanism) ? identify_scram(message) : std::nullopt;
}

Attempt attempt_by(std::string mechanism, std::string_view initial, std::string_view why)
{
    Attempt attempt{.who = {}, .mechanism = std::move(mechanism), .why = why};
    std::optional<std::string> message = text::from_base64(initial);
    if (!message)
        return attempt;
    const base::Wiped wiped(*message); // it may hold a password
    if (auto who = identify(attempt.mechanism, *message))
        attempt.who = *std::move(who);
    return attempt;
}

} // namespace sasl
