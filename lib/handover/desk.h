// SPDX-License-Identifier: Apache-2.0
// handover/desk.h - what everybody here works with: settings, keys, what is owed, and the
// measures as they are now.
//
// Threads: measures(), find() and say() from any; refresh() from one.
#pragma once

#include "conf/settings.h"
#include "db/handover.h"
#include "db/measures.h"
#include "li/notice.h"
#include "seal/vault.h"
#include "tap/record_reader.h"

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace handover {

// Where things lie in [tkuev] state; tkuev-ctl(8) init makes the first four.
struct Places {
    std::string vault_key;
    std::string measures;
    std::string certificate; // of the interception user
    std::string key;
    std::string store;
    std::string ledgers;
    std::string discs; // files that wait for one
    std::string log;
    // For mutual TLS; without them the interception user's are shown.
    std::string tls_certificate;
    std::string tls_key;
    std::string tls_authorities;
    std::string ssh_key; // SFTP; without it by password only
};
[[nodiscard]] Places places_of(const conf::Tkuev& settings);

using MeasureTable = std::map<li::Handle, db::StoredMeasure>;

class Desk {
public:
    // Throws base::Failure(fix_config) when tkuev-ctl init has not made what is needed.
    explicit Desk(const conf::Settings& settings);

    const conf::Settings& settings;
    const conf::Tkuev& tkuev;
    const Places places;

private:
    seal::Vault vault_;

public:
    db::Measures measures_db; // of the one who refreshes
    db::Handover store;
    const tap::Opener opener; // the interception user's certificate and key
    const li::Sender sender;

    // Reads the measures again if somebody has changed them; true if so.
    bool refresh();
    [[nodiscard]] std::shared_ptr<const MeasureTable> measures() const;
    // Null if there is none.
    [[nodiscard]] std::shared_ptr<const li::Measure> find(const li::Handle& handle) const;

    // PEM: by what the servers of this authority are known; empty: nothing of its own.
    [[nodiscard]] std::string trust_of(const std::string& authority) const;

    // A line in exportd.log, which only the interception user reads.
    void say(std::string_view text) const;

    // While it lives, contents of this measure are in the hands of who made it: nobody else
    // destroys them.
    class Carried {
    public:
        Carried(Desk& desk, const li::Handle& measure);
        ~Carried();
        Carried(const Carried&) = delete;
        Carried& operator=(const Carried&) = delete;

    private:
        Desk& desk_;
        li::Handle measure_;
    };
    [[nodiscard]] bool is_carried(const li::Handle& measure) const;
    // Who destroys holds it: nobody begins to carry meanwhile.
    [[nodiscard]] std::unique_lock<std::mutex> hold_contents()
    {
        return std::unique_lock(contents_);
    }

private:
    mutable std::mutex mutex_; // guards what follows
    std::shared_ptr<const MeasureTable> table_;
    std::map<std::string, std::string> trust_; // by authority
    std::multiset<li::Handle> carried_;
    bool read_ = false;
    std::mutex contents_;
};

} // namespace handover
