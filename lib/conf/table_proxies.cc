// SPDX-License-Identifier: Apache-2.0
// conf/table_proxies.cc - the keys of [pop-proxy] and [imap-proxy].
#include "conf/table.h"
#include "net/line_buffer.h"

#include <algorithm>
#include <array>

namespace conf {

namespace {

constexpr std::int64_t longest_line = net::LineBuffer::longest_line;
// What a leg holds that has come and cannot be taken yet.
constexpr std::int64_t most_held = net::LineBuffer::large_block;

template <class Section>
constexpr auto common_keys()
{
    using Row = Rows<Section>;
    constexpr auto common = &Section::common;
    return std::to_array<Key<Section>>({
        Row::template of<Number<1>, common, &Proxy::connections>(
            "connections", "Most connections of a process at once."),
        Row::template of<Number<>, common, &Proxy::connections_per_client>(
            "connections-per-client",
            "Most connections of a client address at once; 0: no limit."),
        Row::template of<Number<>, common, &Proxy::connections_per_client_minute>(
            "connections-per-client-minute",
            "Most connections of a client in a minute; 0: no limit."),
        Row::template of<Number<>, common, &Proxy::connections_per_user>(
            "connections-per-user", "Most sessions of a user at once; 0: no limit."),
        Row::template of<Seconds<>, common, &Proxy::greeting_timeout>(
            "greeting-timeout", "Time for the PROXY header and the TLS handshake."),
        Row::template of<Seconds<>, common, &Proxy::login_timeout>(
            "login-timeout", "Time for everything before the login."),
        Row::template of<Seconds<>, common, &Proxy::idle_timeout>(
            "idle-timeout", "How long a session may be silent after the login."),
        Row::template of<Seconds<>, common, &Proxy::connect_timeout>(
            "connect-timeout", "Time to open a connection to a backend."),
        Row::template of<Seconds<>, common, &Proxy::backend_timeout>(
            "backend-timeout", "Time to wait for an answer of a backend before the login."),
        Row::template of<Seconds<0, 600>, common, &Proxy::login_delay>(
            "login-delay", "How long a client waits after a refused login."),
        Row::template of<Seconds<>, common, &Proxy::dead_for>(
            "dead-for",
            "First pause of a backend that is down; doubles up to ten minutes."),
        Row::template of<Number<1, 64>, common, &Proxy::workers>(
            "workers", "How many processes serve the listeners under sponts run."),
    });
}

template <class Section, std::size_t One, std::size_t Other>
constexpr auto chained(const std::array<Key<Section>, One>& one,
                       const std::array<Key<Section>, Other>& other)
{
    std::array<Key<Section>, One + Other> all;
    std::ranges::copy(other, std::ranges::copy(one, all.begin()).out);
    return all;
}

constexpr auto own_pop_keys()
{
    using Row = Rows<PopProxy>;
    using pop3::Limits;
    constexpr auto limits = &PopProxy::limits;
    return std::to_array<Key<PopProxy>>({
        Row::of<Size<255, longest_line>, limits, &Limits::command_line>(
            "command-line", "Longest command line before the login in bytes."),
        Row::of<Size<512, longest_line>, limits, &Limits::auth_line>(
            "auth-line", "Longest line within AUTH in bytes."),
        Row::of<Size<512, longest_line>, limits, &Limits::reply_line>(
            "reply-line", "Longest answer of a backend that has to be understood."),
        Row::of<Number<10, 10000>, limits, &Limits::capabilities>(
            "capabilities", "Most lines of a backend's answer to CAPA."),
        Row::of<Number<1>, limits, &Limits::errors>(
            "errors", "Refused commands before the login after which a session is ended."),
        Row::of<Number<1>, limits, &Limits::auth_failures>(
            "auth-failures", "Refused logins after which a session is ended."),
        Row::of<Number<1>, limits, &Limits::commands_without_login>(
            "commands-without-login",
            "Commands such as CAPA and NOOP before a session without login is ended."),
        Row::of<Number<1, 100000>, limits, &Limits::unanswered>(
            "unanswered", "Most commands under way after the login."),
    });
}

constexpr auto own_imap_keys()
{
    using Row = Rows<ImapProxy>;
    using imap::Limits;
    constexpr auto limits = &ImapProxy::limits;
    return std::to_array<Key<ImapProxy>>({
        Row::of<Size<1024, most_held>, limits, &Limits::command>(
            "command", "Longest command before the login, its literals included."),
        Row::of<Size<255, most_held>, limits, &Limits::literal>(
            "literal", "Longest literal before the login."),
        Row::of<Size<8, 1024>, limits, &Limits::tag>("tag", "Longest tag in bytes."),
        Row::of<Number<1, 100>, limits, &Limits::depth>(
            "depth", "Deepest list within lists before the login."),
        Row::of<Size<1024, most_held>, limits, &Limits::response>(
            "response", "Longest line of a backend that has to be understood."),
        Row::of<Number<1>, limits, &Limits::errors>(
            "errors", "Refused commands before the login after which a session is ended."),
        Row::of<Number<1>, limits, &Limits::auth_failures>(
            "auth-failures", "Refused logins after which a session is ended."),
        Row::of<Number<1>, limits, &Limits::commands_without_login>(
            "commands-without-login", "Commands such as CAPABILITY and NOOP before a "
                                      "session without login is ended."),
        Row::of<Number<1, 100000>, limits, &Limits::unanswered>(
            "unanswered", "Most commands under way after the login."),
    });
}

} // namespace

std::span<const Key<PopProxy>> pop_proxy_keys()
{
    static constexpr auto keys = chained(own_pop_keys(), common_keys<PopProxy>());
    return keys;
}

std::span<const Key<ImapProxy>> imap_proxy_keys()
{
    static constexpr auto keys = chained(own_imap_keys(), common_keys<ImapProxy>());
    return keys;
}

} // namespace conf
