// SPDX-License-Identifier: Apache-2.0
// Tables in memory for tests of routing.
#pragma once

#include "delivery/facts.h"
#include "text/lines.h"

#include <map>
#include <string>

namespace delivery {

class TestFacts final : public Facts {
public:
    std::map<std::string, db::Domain> domains;
    std::vector<db::AddressRow> rows;
    std::map<std::string, std::vector<db::RouteHost>> routes; // by address or domain
    std::uint64_t changes = 1;

    void row(std::string address, db::AddressKind kind, std::string target)
    {
        rows.push_back({std::move(address), kind, std::move(target)});
    }
    std::optional<db::Domain> domain(std::string_view name) override
    {
        const auto found = domains.find(std::string(name));
        return found == domains.end() ? std::nullopt : std::optional(found->second);
    }
    std::vector<db::AddressRow> address(std::string_view address) override
    {
        std::vector<db::AddressRow> out;
        for (const db::AddressRow& one : rows)
            if (text::equal_ignoring_case(one.address, address))
                out.push_back(one);
        return out;
    }
    const std::vector<db::RouteHost>& route(std::string_view recipient) override
    {
        const std::string whole(recipient);
        const std::string domain = whole.substr(whole.find('@') + 1);
        for (const std::string& key : {whole, domain})
            if (const auto found = routes.find(key); found != routes.end())
                return found->second;
        return none_;
    }
    const std::vector<db::RouteHost>& named_route(std::string_view pattern) override
    {
        const auto found = routes.find(std::string(pattern));
        return found == routes.end() ? none_ : found->second;
    }
    std::uint64_t version() override { return changes; }

private:
    std::vector<db::RouteHost> none_;
};

} // namespace delivery
