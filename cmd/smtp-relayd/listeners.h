// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/listeners.h - from [listener] sections to what sessions need.
#pragma once

#include "conf/settings.h"
#include "session/smtp_listener.h"
#include "session/smtp_server.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace relayd {

using Listeners = std::map<std::string, std::shared_ptr<const session::SmtpListener>>;

// Makes who checks the logins of a listener; null for auth = none.
using MakeAuthenticator =
    std::function<std::shared_ptr<session::Authenticator>(const conf::Listener&)>;

// Our name: as configured, else the machine's.
[[nodiscard]] std::string own_hostname(const conf::Settings& settings);

// All listeners of this program.  Reads certificates and keys; throws base::Failure
// (fix_config) when one cannot be used.
[[nodiscard]] Listeners make_listeners(const conf::Settings& settings,
                                       const MakeAuthenticator& make_authenticator);

// What `--check` looks at: everything but sockets, spool and database.
void check(const conf::Settings& settings);

[[nodiscard]] session::SharedLimits shared_limits(const conf::Settings& settings);

// The listeners of this program in the order of the file.
[[nodiscard]] std::vector<const conf::Listener*>
own_listeners(const conf::Settings& settings);

} // namespace relayd
