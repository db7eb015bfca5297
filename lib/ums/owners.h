// SPDX-License-Identifier: Apache-2.0
// ums/owners.h - to which users the recipients of a message lead, as smtp-sendd would have
// it now: rewrites, copies and forwards are followed to their end (delivery/expansion.h).
//
// Each recipient is looked at alone, for who withdraws one must know whose mail that is.
// Pure but for the facts.
#pragma once

#include "delivery/facts.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ums {

// A message as the queue has it, as far as it matters here.
struct Addressed {
    std::vector<std::string> recipients;
    std::vector<bool> waits;        // of each
    bool expanded = false;          // goes to its recipients alone (delivery::may_expand())
    std::set<std::string> passed{}; // delivery::delivered_to() of its header
};

struct Owners {
    std::set<std::string> users; // proxy::folded_name(); of the domains that we serve
    bool shared = false; // it leads to somebody else besides: each of these is one of many
    bool operator==(const Owners&) const = default;
};

// Facts, and how often they were asked.
class CountedFacts final : public delivery::Facts {
public:
    explicit CountedFacts(delivery::Facts& facts) : facts_(facts) {}
    std::optional<db::Domain> domain(std::string_view name) override
    {
        ++questions_;
        return facts_.domain(name);
    }
    std::vector<db::AddressRow> address(std::string_view address) override
    {
        ++questions_;
        return facts_.address(address);
    }
    const std::vector<db::RouteHost>& route(std::string_view recipient) override
    {
        ++questions_;
        return facts_.route(recipient);
    }
    const std::vector<db::RouteHost>& named_route(std::string_view pattern) override
    {
        ++questions_;
        return facts_.named_route(pattern);
    }
    std::uint64_t version() override { return facts_.version(); }
    [[nodiscard]] std::size_t questions() const { return questions_; }

private:
    delivery::Facts& facts_;
    std::size_t questions_ = 0;
};

class OwnerSearch {
public:
    // Both must outlive it.
    OwnerSearch(const Addressed& message, delivery::Facts& facts)
        : message_(message), facts_(facts)
    {
    }

    // Of one that waits.  Throws base::Failure, as the facts do.
    [[nodiscard]] Owners of(std::uint32_t recipient);

private:
    [[nodiscard]] std::vector<std::string> ends_of(const std::string& address);
    [[nodiscard]] bool is_over(const std::string& address);

    const Addressed& message_;
    delivery::Facts& facts_;
    // Where recipients lead that do not wait: nobody joins them.
    std::optional<std::set<std::string>> over_;
};

} // namespace ums
