// SPDX-License-Identifier: Apache-2.0
// session/directory_domains.h - the relay policy's questions, answered by sponts.db.
#pragma once

#include "session/relay_policy.h"

namespace session {

class DirectoryDomains : public ServedDomains {
public:
    explicit DirectoryDomains(db::Directory& directory) : directory_(directory) {}

    [[nodiscard]] std::optional<db::Domain> domain(std::string_view domain) override
    {
        return directory_.domain(domain);
    }
    [[nodiscard]] bool address_listed(std::string_view address) override
    {
        return !directory_.address(address).empty();
    }
    [[nodiscard]] std::vector<db::RouteHost> route(std::string_view recipient) override
    {
        return directory_.route(recipient);
    }

private:
    db::Directory& directory_;
};

} // namespace session
