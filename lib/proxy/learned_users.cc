// SPDX-License-Identifier: Apache-2.0
#include "proxy/learned_users.h"

#include "db/names.h"

#include <algorithm>

namespace proxy {

namespace {

// As folded_name() has them; not what some servers take behind a name, "*master".
bool is_domain(std::string_view text)
{
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == text.npos;
}

} // namespace

bool is_learned_from(std::string_view user, const std::vector<std::string>& domains)
{
    const std::string_view domain = db::halves(user).domain;
    return !domain.empty() && std::ranges::any_of(domains, [&](const std::string& one) {
        return one == domain || (one == "*" && is_domain(domain));
    });
}

} // namespace proxy
