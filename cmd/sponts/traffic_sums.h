// SPDX-License-Identifier: Apache-2.0
// sponts/traffic_sums.h - what was carried, added up for each tenant or domain.
#pragma once

#include "traffic_event.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sponts {

struct Traffic {
    std::uint64_t sent_messages = 0; // by its senders
    std::uint64_t sent_octets = 0;
    std::uint64_t received_messages = 0; // by its recipients, counted for each of them
    std::uint64_t received_octets = 0;
    std::uint64_t sessions = 0; // POP3 and IMAP
    std::uint64_t up_octets = 0;
    std::uint64_t down_octets = 0;
    bool operator==(const Traffic&) const = default;
};

struct TrafficRow {
    std::string tenant; // "": the operator
    std::string domain; // "" with By::tenant, and for users without a domain
    Traffic traffic;
};

// A domain that is served here, in the form it has in the database.
struct OwnDomain {
    std::string tenant;
    std::string name;
};

class TrafficSums {
public:
    enum class By : std::uint8_t { tenant, domain };
    // Nothing: somebody else's domain.
    using FindDomain = std::function<std::optional<OwnDomain>(std::string_view domain)>;

    TrafficSums(By by, FindDomain find) : by_(by), find_(std::move(find)) {}

    void add(const TrafficEvent& event);
    // In order; those with no traffic are not there.
    [[nodiscard]] std::vector<TrafficRow> rows() const;

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const
        {
            return std::hash<std::string_view>{}(text);
        }
    };

    // Null: nobody's.
    [[nodiscard]] Traffic* account_of(std::string_view domain);
    [[nodiscard]] Traffic& account(std::string tenant, std::string domain);
    void add_accepted(const TrafficEvent& event);
    void add_delivered(const TrafficEvent& event);
    void add_session(const TrafficEvent& event);

    By by_;
    FindDomain find_;
    std::map<std::pair<std::string, std::string>, Traffic> accounts_;
    // Own domains as lines write them.  Not those of others: of these there is no end.
    std::unordered_map<std::string, Traffic*, Hash, std::equal_to<>> known_;
};

} // namespace sponts
