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
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace handover {

class Publisher {
public:
    explicit Publisher(Desk& desk) : desk_(desk) {}

    // Writes the list, and goes on at the fixed times.  Troubles are said in exportd.log,
    // and tried again.
    void start();
    void stop() { thread_ = {}; }

private:
    using Publications = std::vector<db::Publication>;
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
    void prepare(std::int64_t now);
    void put();

    Desk& desk_;
    std::unique_ptr<Sources> sources_; // made when the databases can be opened
    Publications ready_;               // what the list that was prepared has
    std::int64_t time_ = 0;            // its time
    std::set<li::Handle> told_;        // whose certificate cannot be read; said once
    std::string trouble_;              // said last
    std::mutex mutex_;
    std::condition_variable_any never_; // only to be stopped
    std::jthread thread_;               // last: everything else is there before it
};

} // namespace handover
