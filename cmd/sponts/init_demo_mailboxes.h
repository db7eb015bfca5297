// SPDX-License-Identifier: Apache-2.0
// sponts/init_demo_mailboxes.h - the part of the demonstration where users read their mail:
// listeners of the proxies on loopback, in front of a server that has mailboxes.
#pragma once

#include "command.h"
#include "conf/settings.h"

#include <string>

namespace sponts {

// Throws Failure(fix_arguments) when --imap-backend or --pop3-backend is no host:port.
void check_mailbox_backends(const Call& call);

// Adds the listeners for the backends that were named to the configuration, once.  Throws
// Failure(fix_config) when the file has them already, with another backend.
void add_mailbox_listeners(const Call& call, const conf::Settings& settings);

[[nodiscard]] bool is_proxy(const conf::Listener& listener);
// One line about a listener of a proxy, as the configuration has it now.
[[nodiscard]] std::string describe_mailboxes(const conf::Listener& listener);
// A command for each listener of a proxy; "" if there is none.
[[nodiscard]] std::string try_mailboxes(const conf::Settings& settings);

} // namespace sponts
