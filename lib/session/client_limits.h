// SPDX-License-Identifier: Apache-2.0
// session/client_limits.h - how many connections and messages one client may have.
//
// Counts only; the caller says 421 and writes the log line.  Minutes are fixed windows: a
// client may reach twice its rate across a border, which is what such a limit can afford.
// An IPv6 client is its /64, because that is what one customer gets.  Memory is bounded by
// the connections that are open plus one entry for each client seen in this minute.
// Limits hold per process.
#pragma once

#include "net/address.h"
#include "session/client_key.h"

#include <cstdint>
#include <unordered_map>

namespace session {

struct ClientRates {
    std::uint32_t connections = 0;            // of everybody together; 0: no limit
    std::uint32_t connections_per_client = 0; // at a time
    std::uint32_t connections_per_client_minute = 0;
    std::uint32_t messages_per_client_minute = 0;
};

enum class Admission : std::uint8_t {
    admitted,
    too_many,           // connections in total
    too_many_of_client, // connections of this client
    too_fast,           // connections of this client in this minute
};

class ClientLimits {
public:
    explicit ClientLimits(ClientRates rates) : rates_(rates) {}
    void set_rates(ClientRates rates) { rates_ = rates; }

    // A connection comes.  Admitted ones are counted until leave().
    [[nodiscard]] Admission enter(const net::Address& client, std::int64_t now_seconds);
    void leave(const net::Address& client);
    // A message begins; false if this minute has had enough of this client.
    [[nodiscard]] bool may_send(const net::Address& client, std::int64_t now_seconds);

    [[nodiscard]] std::uint32_t connections() const { return open_; }
    // More than four fifths of the connections are in use.
    [[nodiscard]] bool under_load() const;
    // All of them.
    [[nodiscard]] bool full() const;
    [[nodiscard]] std::size_t remembered() const { return clients_.size(); }

private:
    using Key = ClientKey;
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    struct Counters {
        std::uint32_t open = 0;
        std::uint32_t connections = 0; // in `minute`
        std::uint32_t messages = 0;    // in `minute`
        std::int64_t minute = 0;
    };
    Counters& counters_of(const net::Address& client, std::int64_t now_seconds);
    void forget_idle(std::int64_t minute);

    ClientRates rates_;
    std::uint32_t open_ = 0;
    std::int64_t swept_ = 0; // minute of the last forget_idle()
    std::unordered_map<Key, Counters, KeyHash> clients_;
};

} // namespace session
