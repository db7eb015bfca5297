// SPDX-License-Identifier: Apache-2.0
// daemon/doors.cc - see the header.

#include "daemon/doors.h"

#include "base/failure.h"
#include "daemon/listeners.h"
#include "net/listener.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace daemons {

namespace {

struct Search {
    const conf::Settings& settings;
    const Options& options;
    std::string_view program;

    // A name from LISTEN_FDNAMES or the command line.  The first listener serves sockets
    // whose name nobody set.
    [[nodiscard]] std::string listener_named(const std::string& name,
                                             std::string_view besides = {}) const
    {
        const std::vector<const conf::Listener*> own = some_listeners(settings, program);
        for (const conf::Listener* listener : own)
            if (listener->name == name)
                return name;
        if (name.empty() || name == "unknown" || name == "connection")
            return own.front()->name;
        throw base::Failure(base::Remedy::fix_config,
                            fmt::format("{}: no [listener {}] for {}{}", settings.file,
                                        name, program, besides));
    }

    [[nodiscard]] Doors passed() const
    {
        Doors doors;
        for (net::PassedSocket& passed : net::passed_sockets()) {
            // systemd calls every connection "connection"; then --listener says which.
            const bool nameless = !passed.listening && passed.name == "connection";
            const std::string name =
                nameless ? listener_named(options.listener)
                         : listener_named(passed.name,
                                          ", but a socket of that name was passed in");
            if (passed.listening)
                doors.listening.push_back({std::move(passed.fd), name});
            else
                doors.connection = {std::move(passed.fd), name};
        }
        return doors;
    }

    [[nodiscard]] Doors named_by_options() const
    {
        Doors doors;
        for (const std::string& endpoint : options.listen)
            doors.listening.push_back(open(endpoint, listener_named(options.listener)));
        return doors;
    }

    [[nodiscard]] Doors configured(Needs needs) const
    {
        Doors doors;
        for (const conf::Listener* listener : own_listeners(settings, program))
            if (!listener->address.empty())
                doors.listening.push_back(open(listener->address, listener->name));
        if (doors.listening.empty() && needs == Needs::some)
            throw base::Failure(base::Remedy::fix_config,
                                fmt::format("{}: no listener of {} has an address",
                                            settings.file, program));
        doors.own_addresses = true;
        return doors;
    }

    [[nodiscard]] static net::Address address_of(const std::string& endpoint)
    {
        const std::optional<net::Address> address = net::Address::parse_endpoint(endpoint);
        if (!address)
            throw base::Failure(base::Remedy::fix_arguments,
                                fmt::format("listen {}: not an address", endpoint));
        return *address;
    }

    [[nodiscard]] static Door open(const std::string& endpoint, const std::string& listener)
    {
        const net::Address address = address_of(endpoint);
        base::Fd fd = net::listen_on(address);
        return {std::move(fd), listener, net::SocketFile(address)};
    }
};

} // namespace

void check_doors(const conf::Settings& settings, const Options& options,
                 std::string_view program)
{
    const Search search{settings, options, program};
    if (!options.listener.empty())
        (void)search.listener_named(options.listener);
    for (const std::string& endpoint : options.listen)
        (void)Search::address_of(endpoint);
}

Doors acquire_doors(const conf::Settings& settings, const Options& options,
                    std::string_view program, base::Fd from_inetd, Needs needs)
{
    check_doors(settings, options, program);
    const Search search{settings, options, program};
    Doors doors = search.passed();
    if (!doors.listening.empty() || doors.connection.fd)
        return doors;
    if (from_inetd) {
        doors.connection = {std::move(from_inetd), search.listener_named(options.listener)};
        return doors;
    }
    return options.listen.empty() ? search.configured(needs) : search.named_by_options();
}

} // namespace daemons
