// SPDX-License-Identifier: Apache-2.0
// daemon/listeners.h - what every daemon reads alike from its [listener] sections.
//
// Knows no protocol: what a listener means to its sessions is the program's.
#pragma once

#include "conf/settings.h"
#include "net/resolver.h"
#include "net/tls.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace daemons {

// Our name: as configured, else the machine's.
[[nodiscard]] std::string own_hostname(const conf::Settings& settings);

// The listeners of a program in the order of the file.
[[nodiscard]] std::vector<const conf::Listener*>
own_listeners(const conf::Settings& settings, std::string_view program);

// The same; throws base::Failure (fix_config) when there are none.
[[nodiscard]] std::vector<const conf::Listener*>
some_listeners(const conf::Settings& settings, std::string_view program);

// The certificates clients of a listener are shown: its own, else those of [tls]; null for
// tls = none.  Reads certificates and keys; throws base::Failure (fix_config) naming the
// file that cannot be used.
[[nodiscard]] std::shared_ptr<const net::TlsContext>
make_tls(const conf::Settings& settings, const conf::Listener& listener);

// "mail.example.org:143", "[2001:db8::1]:143", as the configuration holds them.
[[nodiscard]] std::string host_part(const std::string& host_port); // without brackets
[[nodiscard]] std::uint16_t port_part(const std::string& host_port);

// Whom to ask for names, and how long to wait.
[[nodiscard]] net::ResolverOptions resolver_options(const conf::Settings& settings);

} // namespace daemons
