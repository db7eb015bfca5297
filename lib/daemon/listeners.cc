// SPDX-License-Identifier: Apache-2.0
// daemon/listeners.cc - see the header.

#include "daemon/listeners.h"

#include "base/failure.h"
#include "net/ticket_keys.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <unistd.h>

namespace daemons {

std::string own_hostname(const conf::Settings& settings)
{
    if (!settings.general.hostname.empty())
        return settings.general.hostname;
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0)
        base::fail_errno("gethostname", "[general] hostname", base::Remedy::fix_config);
    return name.data();
}

std::vector<const conf::Listener*> own_listeners(const conf::Settings& settings,
                                                 std::string_view program)
{
    std::vector<const conf::Listener*> own;
    for (const conf::Listener& listener : settings.listeners)
        if (listener.program == program)
            own.push_back(&listener);
    return own;
}

std::vector<const conf::Listener*> some_listeners(const conf::Settings& settings,
                                                  std::string_view program)
{
    std::vector<const conf::Listener*> own = own_listeners(settings, program);
    if (own.empty())
        throw base::Failure(
            base::Remedy::fix_config,
            fmt::format("{}: no [listener] section for {}", settings.file, program));
    return own;
}

std::shared_ptr<const net::TlsContext> make_tls(const conf::Settings& settings,
                                                const conf::Listener& listener)
{
    if (listener.tls == conf::ListenerTls::none)
        return nullptr;
    net::ServerTlsOptions options;
    if (const char* keys = std::getenv(net::ticket_keys_variable))
        options.ticket_key_file = keys;
    options.certificates =
        listener.certificates.empty() ? settings.tls.certificates : listener.certificates;
    options.min_version = settings.tls.min_version;
    options.ciphers = settings.tls.ciphers;
    return std::make_shared<const net::TlsContext>(options);
}

std::string host_part(const std::string& host_port)
{
    std::string host = host_port.substr(0, host_port.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']'))
        return host.substr(1, host.size() - 2);
    return host;
}

std::uint16_t port_part(const std::string& host_port)
{
    return static_cast<std::uint16_t>(
        std::stoul(host_port.substr(host_port.rfind(':') + 1)));
}

net::ResolverOptions resolver_options(const conf::Settings& settings)
{
    net::ResolverOptions options;
    options.servers = settings.smtp_sendd.resolvers;
    options.timeout = base::milliseconds{settings.smtp_sendd.dns_timeout * 1000};
    return options;
}

} // namespace daemons
