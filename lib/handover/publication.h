// SPDX-License-Identifier: Apache-2.0
// handover/publication.h - the match list for the servers, written anew at fixed times.
//
// Everybody sees when it was: so it is put into place by a thread that has nothing else to
// do, at every multiple of [tkuev] renewal on the wall clock, whether something has changed
// or not, and whatever is being captured or handed over.  It is made ready before that.
//
// Threads: one, besides its own.
#pragma once

#include "db/publications.h"
#include "handover/desk.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace handover {

// When the servers were told of a measure for the first time; 0: they were not yet.
[[nodiscard]] std::int64_t first_published(db::HandoverWork& work,
                                           const li::Handle& measure);

// What keeps a measure from being carried out as ordered: no room in the list, or a
// certificate without which content has no recipient.  Empty: nothing that is known.  It is
// tried again with each list.
[[nodiscard]] std::string why_unpublished(db::HandoverWork& work,
                                          const li::Handle& measure);

class Publisher {
public:
    explicit Publisher(Desk& desk) : desk_(desk) {}

    // Writes the list, and goes on at the fixed times.  Troubles are said in exportd.log,
    // and tried again.
    void start();
    void stop() { thread_ = {}; }

private:
    using Publications = std::vector<db::Publication>;
    using Troubles = std::map<li::Handle, std::string>; // empty text: none
    // Its own, since the others are used elsewhere at the same time.
    struct Sources {
        explicit Sources(const Desk& desk);
        seal::Vault vault;
        db::Measures measures;
        db::Aliases aliases;
    };

    void work(const std::stop_token& stop);
    void wait_until(std::int64_t time, const std::stop_token& stop);
    template <class Work>
    bool guarded(const Work& work);
    [[nodiscard]] std::set<li::Handle> in_last_list(const Publications& all) const;
    [[nodiscard]] Publications in_order(Publications all) const;
    [[nodiscard]] Troubles noted_before() const;
    void prepare(std::int64_t now);
    void put();

    Desk& desk_;
    std::unique_ptr<Sources> sources_; // made when the databases can be opened
    Publications ready_;               // what the list that was prepared has
    std::int64_t time_ = 0;            // its time
    Troubles troubles_;                // of those that are to be in it
    Troubles told_;                    // as they were noted last
    std::string trouble_;              // said last
    std::mutex mutex_;
    std::condition_variable_any never_; // only to be stopped
    std::jthread thread_;               // last: everything else is there before it
};

} // namespace handover
