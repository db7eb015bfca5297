// SPDX-License-Identifier: Apache-2.0
// journal/learned_filer.h - files what the proxies tell of passwords into policy.db.
//
// Lines are filed before their file is removed, and what is filed twice changes nothing:
// whoever dies begins again.
//
// Threads: one.
#pragma once

#include "base/clock.h"
#include "db/policy.h"
#include "spool/event_reader.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace journal {

struct LearnedOptions {
    std::string spool;
    std::string database;
    base::seconds age{30 * 86400};  // of what nobody has proved since
    std::int64_t users = 1'000'000; // kept at most
    std::size_t files = 64;         // in a batch, at most
    std::function<std::int64_t()> clock = base::wall_microseconds;
    std::function<base::SteadyTime()> steady = base::Steady::now;
};

class LearnedFiler {
public:
    // Throws base::Failure.
    explicit LearnedFiler(LearnedOptions options);

    // One batch; true: something was left for the next.  When it throws base::Failure call
    // it again.
    bool round();
    // What has been forgotten is in no file any more.
    void finish();

private:
    struct Open {
        std::string name;
        std::unique_ptr<spool::EventReader> reader;
    };

    [[nodiscard]] std::vector<std::string> next_names();
    [[nodiscard]] std::vector<Open> open(const std::vector<std::string>& names) const;
    // How many lines were filed, and how many files have gone.
    std::size_t file(const std::vector<Open>& files);
    std::size_t leave(const std::vector<Open>& files);
    void trim();
    void watch_clock(base::SteadyTime now);
    [[nodiscard]] bool may_go(std::int64_t out_of_time) const;
    void tidy();

    const LearnedOptions options_;
    const std::string directory_;
    db::Policy policy_;
    std::map<std::string, std::uint64_t> filed_; // of files that are still written
    std::string last_;                           // file that was looked at
    base::SteadyTime trimmed_;
    base::SteadyTime tidied_;
    base::SteadyTime even_since_; // the wall clock goes as the steady one does
    std::int64_t ahead_;          // microseconds of the one before the other
    bool untidy_ = true;          // what a process before this one has left
};

} // namespace journal
