// SPDX-License-Identifier: Apache-2.0
// delivery/options.h - everything smtp-sendd can be told, as the delivery needs it.  The
// program fills it from sponts.conf(5); defaults stand there.
#pragma once

#include "delivery/route.h"
#include "delivery/schedule.h"
#include "net/address.h"
#include "session/health.h"
#include "session/smtp_client.h"

#include <cstdint>
#include <string>
#include <vector>

namespace delivery {

struct ReportOptions {
    std::string hostname;
    std::string postmaster;
    bool double_bounce_to_postmaster = false;
    std::uint64_t returned_size = 100000; // bytes of a message given back; else its header
    bool uidl = false; // what we write has an X-UIDL field (spool/uidl.h)
};

struct ConnectOptions {
    std::string hostname;
    std::uint16_t mx_port = 25;
    std::int64_t connect_timeout = 30;
    session::ClientTimeouts timeouts;
    session::EightBit eight_bit = session::EightBit::send_as_is;
    std::string source_address;              // IP to connect from; empty: any
    std::vector<net::Address> own_endpoints; // where we listen ourselves
    std::size_t addresses_per_attempt = 10;
    std::int64_t avoid_failed = 60; // seconds a failed address is tried last
};

struct Options {
    RouteOptions route;
    Schedule schedule;
    session::HealthLimits health;
    ReportOptions report;
    ConnectOptions connect;
    std::uint32_t connections = 500;
    std::uint32_t messages_per_connection = 1000;
    std::int64_t idle_connection = 5;
    std::uint32_t recipients_per_transaction = 100;
    std::uint32_t active = 20000;
    std::uint32_t guard_failures = 5;
    std::int64_t drain = 30; // seconds for transactions in flight when stopping
    std::string srs_domain;
    std::vector<std::string> srs_secrets;
};

} // namespace delivery
