// SPDX-License-Identifier: Apache-2.0
// daemon/proxy_listeners.h - from [listener], [pop-proxy] and [imap-proxy] to what the
// sessions of a proxy need.
#pragma once

#include "conf/settings.h"
#include "db/directory.h"
#include "proxy/listener.h"
#include "proxy/outage.h"
#include "session/client_limits.h"

#include <map>
#include <string>
#include <string_view>

namespace daemons {

using ProxyListeners = std::map<std::string, proxy::ListenerPtr>;

// `service`: pop3 or imap; says which program's they are.
[[nodiscard]] std::string_view proxy_program(db::Service service);
[[nodiscard]] const conf::Proxy& proxy_settings(const conf::Settings& settings,
                                                db::Service service);

// All listeners of the program.  Reads certificates and keys; throws base::Failure
// (fix_config) when one cannot be used.
[[nodiscard]] ProxyListeners make_proxy_listeners(const conf::Settings& settings,
                                                  db::Service service);
// Those of ums-popd, perhaps none: the queue behind this door is the backend.
[[nodiscard]] ProxyListeners make_queue_listeners(const conf::Settings& settings,
                                                  const std::string& door);
// The inner door of ums-popd (ums/server.h), as a backend.
[[nodiscard]] db::RouteHost queue_behind(const std::string& door);
[[nodiscard]] proxy::OutageTimes outage_times(const conf::Ums& ums);

[[nodiscard]] session::ClientRates proxy_rates(const conf::Proxy& settings);

} // namespace daemons
