// SPDX-License-Identifier: Apache-2.0
// proxy/no_routes.h - for listeners whose backend is everybody's.
#pragma once

#include "proxy/backends.h"

namespace proxy {

class NoRoutes : public Routes {
public:
    std::vector<db::RouteHost> of(const std::string& /*user*/) override { return {}; }
};

} // namespace proxy
