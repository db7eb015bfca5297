// SPDX-License-Identifier: Apache-2.0
// delivery/facts.h - the questions routing asks.  The answers come from db::Directory;
// tests give their own.
#pragma once

#include "db/directory.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace delivery {

class Facts {
public:
    virtual ~Facts() = default;
    [[nodiscard]] virtual std::optional<db::Domain> domain(std::string_view name) = 0;
    [[nodiscard]] virtual std::vector<db::AddressRow> address(std::string_view address) = 0;
    [[nodiscard]] virtual const std::vector<db::RouteHost>&
    route(std::string_view recipient) = 0;
    // Of this very pattern; empty: it has no rows.
    [[nodiscard]] virtual const std::vector<db::RouteHost>&
    named_route(std::string_view pattern) = 0;
    [[nodiscard]] virtual std::uint64_t version() = 0;
};

class DirectoryFacts final : public Facts {
public:
    explicit DirectoryFacts(db::Directory& directory) : directory_(directory) {}
    std::optional<db::Domain> domain(std::string_view name) override
    {
        return directory_.domain(name);
    }
    std::vector<db::AddressRow> address(std::string_view address) override
    {
        return directory_.address(address);
    }
    const std::vector<db::RouteHost>& route(std::string_view recipient) override
    {
        return directory_.route(recipient);
    }
    const std::vector<db::RouteHost>& named_route(std::string_view pattern) override
    {
        return directory_.named_route(pattern);
    }
    std::uint64_t version() override { return directory_.version(); }

private:
    db::Directory& directory_;
};

} // namespace delivery
