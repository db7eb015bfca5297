// SPDX-License-Identifier: Apache-2.0
// delivery/route.h - where one recipient's mail goes, decided afresh at each attempt.
//
// Order: rewritten senders of ours are turned back; plain rewrites of the addresses table;
// then the most specific route (address, domain, parent domain, "*"), then the backend of
// the listener the message came in by, then the smarthost, then the MX records of the
// domain.  Copies and forwards are not handled here (expansion.h).
//
// A message with a route of its own (spool/envelope.h) goes by the rows of that pattern and
// no other way; its recipients are turned back and rewritten like all others.
#pragma once

#include "delivery/facts.h"
#include "smtp/reply_parser.h"
#include "smtp/srs.h"
#include "spool/envelope.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace delivery {

// A place that mail can be handed to.  Recipients with equal keys share connections and
// transactions.
struct NextHop {
    enum class Kind : std::uint8_t { hosts, mx };
    std::string key; // "127.0.0.1:2525", "mx:example.org"
    Kind kind = Kind::mx;
    std::vector<db::RouteHost> hosts; // by priority
    std::string domain;               // whose MX records
    bool hold_5xx = false;
    bool lmtp = false;
};
using NextHopPtr = std::shared_ptr<const NextHop>;

struct Decision {
    enum class Kind : std::uint8_t { deliver, hold, fail };
    Kind kind = Kind::deliver;
    NextHopPtr next;
    std::string address;         // what RCPT says
    std::string why;             // hold, fail
    smtp::EnhancedStatus status; // fail
};

struct RouteOptions {
    std::map<std::string, std::string> listener_backends; // listener -> "host:port"
    std::string smarthost;                                // "host:port" or empty
    std::uint16_t mx_port = 25;
    bool hold_5xx = false;
};

class Router {
public:
    Router(Facts& facts, RouteOptions options, const smtp::Srs* srs);

    // `released`: an operator has let it go although its domain is on hold.  Throws
    // base::Failure(try_later), as the facts do, if the message's own route has no rows.
    [[nodiscard]] Decision decide(const spool::Envelope& envelope,
                                  std::string_view recipient, std::int64_t now,
                                  bool released);
    [[nodiscard]] Facts& facts() { return facts_; }

private:
    [[nodiscard]] NextHopPtr next_hop(const spool::Envelope& envelope,
                                      const std::string& address);
    [[nodiscard]] NextHopPtr by_name(const std::string& pattern);
    [[nodiscard]] NextHopPtr by_route(const std::vector<db::RouteHost>& rows);
    [[nodiscard]] NextHopPtr by_host(std::string_view endpoint);
    [[nodiscard]] NextHopPtr by_mx(const std::string& domain);
    [[nodiscard]] const std::string* listener_backend(const spool::Envelope& envelope,
                                                      const std::string& domain);
    [[nodiscard]] NextHopPtr remember(const std::string& key, NextHop hop);

    Facts& facts_;
    RouteOptions options_;
    const smtp::Srs* srs_;
    std::uint64_t version_ = 0;
    std::unordered_map<std::string, NextHopPtr> known_;
};

// "host:port", "[2001:db8::1]:25", "host" (port 25).
[[nodiscard]] db::RouteHost parse_host(std::string_view endpoint);

} // namespace delivery
