// SPDX-License-Identifier: Apache-2.0
// sponts/init_demo_mailboxes.cc - see the header.
#include "init_demo_mailboxes.h"

#include "base/failure.h"
#include "conf/kinds.h"
#include "net/address.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string_view>

namespace sponts {

namespace {

struct Kind {
    const char* option;
    const char* program;
    const char* name;     // of the listener with STARTTLS; the other has an s
    const char* protocol; // for people
    int port;
    int tls_port;
    std::string_view backend_tls_port; // where TLS begins at once
};

constexpr Kind kinds[] = {
    {"imap-backend", "imap-proxy", "imap", "IMAP", 1143, 9930, "993"},
    {"pop3-backend", "pop-proxy", "pop3", "POP3", 1110, 9950, "995"},
};

const Kind& kind_of(const conf::Listener& listener)
{
    return listener.program == kinds[0].program ? kinds[0] : kinds[1];
}

// Nobody else hears what goes to a server on this machine.
bool is_here(std::string_view host)
{
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    const auto address = net::Address::parse_ip(host);
    return host == "localhost" || (address && address->is_loopback());
}

std::string backend_keys(const Kind& kind, const std::string& backend)
{
    const auto colon = backend.rfind(':');
    const bool here = is_here(std::string_view(backend).substr(0, colon));
    const bool at_once = backend.substr(colon + 1) == kind.backend_tls_port;
    std::string keys = "backend = " + backend + "\n";
    if (at_once)
        keys += "backend-tls = implicit\n";
    else
        keys += here ? "backend-tls = none\n" : "backend-tls = starttls\n";
    if (at_once && here)
        keys += "backend-verify = none\n";
    return keys;
}

std::string sections(const Kind& kind, const std::string& backend)
{
    return fmt::format(R"(
# {protocol} for the users of another server.
[listener {name}]
program = {program}
address = 127.0.0.1:{port}
tls = required
{keys}
[listener {name}s]
program = {program}
address = 127.0.0.1:{tls_port}
tls = implicit
{keys})",
                       fmt::arg("protocol", kind.protocol), fmt::arg("name", kind.name),
                       fmt::arg("program", kind.program), fmt::arg("port", kind.port),
                       fmt::arg("tls_port", kind.tls_port),
                       fmt::arg("keys", backend_keys(kind, backend)));
}

void append(const std::string& file, const std::string& text)
{
    std::ofstream stream(file, std::ios::app);
    stream << text << std::flush;
    if (!stream)
        base::fail_errno("write", file, base::Remedy::make_room);
}

void add_listeners(const Kind& kind, const std::string& backend,
                   const conf::Settings& settings)
{
    const auto found =
        std::ranges::find(settings.listeners, kind.name, &conf::Listener::name);
    if (found == settings.listeners.end())
        return append(settings.file, sections(kind, backend));
    if (found->backend != backend)
        throw base::Failure(
            base::Remedy::fix_config,
            fmt::format("{}: [listener {}] is there, with another backend; change it there",
                        settings.file, kind.name));
}

} // namespace

void check_mailbox_backends(const Call& call)
{
    for (const Kind& kind : kinds) {
        const std::string backend = call.get(kind.option);
        const std::string wrong = conf::wrong_host_port(backend);
        if (call.has(kind.option) && !wrong.empty())
            throw base::Failure(base::Remedy::fix_arguments,
                                fmt::format("--{} {}: {}", kind.option, backend, wrong));
    }
}

void add_mailbox_listeners(const Call& call, const conf::Settings& settings)
{
    for (const Kind& kind : kinds)
        if (call.has(kind.option))
            add_listeners(kind, call.get(kind.option), settings);
}

bool is_proxy(const conf::Listener& listener)
{
    return std::ranges::find(kinds, listener.program, &Kind::program) != std::end(kinds);
}

std::string describe_mailboxes(const conf::Listener& listener)
{
    const bool implicit = listener.tls == conf::ListenerTls::implicit;
    const bool plain = listener.tls == conf::ListenerTls::none;
    return fmt::format("{}{} for the users of {}", kind_of(listener).protocol,
                       implicit ? " over TLS"
                       : plain  ? ""
                                : ", with STARTTLS,",
                       listener.backend.empty() ? "its routes" : listener.backend);
}

std::string try_mailboxes(const conf::Settings& settings)
{
    std::string text;
    for (const conf::Listener& listener : settings.listeners) {
        if (!is_proxy(listener) || listener.address.empty())
            continue;
        const bool implicit = listener.tls == conf::ListenerTls::implicit;
        const bool plain = listener.tls == conf::ListenerTls::none;
        text += fmt::format("  curl --insecure {}--user USER:PASSWORD {}{}://{}/\n",
                            implicit || plain ? "" : "--ssl-reqd ", kind_of(listener).name,
                            implicit ? "s" : "", listener.address);
    }
    return text;
}

} // namespace sponts
