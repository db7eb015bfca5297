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

inline constexpr const char* program = "smtp-relayd";

using Listeners = std::map<std::string, std::shared_ptr<const session::SmtpListener>>;

// Makes who checks the logins of a listener; null for auth = none.
using MakeAuthenticator =
    std::function<std::shared_ptr<session::Authenticator>(const conf::Listener&)>;

// All listeners of this program.  Reads certificates and keys; throws base::Failure
// (fix_config) when one cannot be used.
[[nodiscard]] Listeners make_listeners(const conf::Settings& settings,
                                       const MakeAuthenticator& make_authenticator);

// What `--check` looks at: everything but sockets, spool and database.
void check(const conf::Settings& settings);

[[nodiscard]] session::SharedLimits shared_limits(const conf::Settings& settings);

} // namespace relayd
