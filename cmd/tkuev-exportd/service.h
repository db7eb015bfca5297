// SPDX-License-Identifier: Apache-2.0
// tkuev-exportd/service.h - woken by new records and once a second; ends at SIGTERM.
//
// Logs that it has started and stopped, nothing else: what it does stands in the ledgers
// and in exportd.log, which are the interception user's.
#pragma once

#include "handover/exporter.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/task.h"

namespace exportd {

inline constexpr const char* program = "tkuev-exportd";

class Service {
public:
    // Throws base::Failure when what it needs is not there.  `settings` outlives it.
    explicit Service(const conf::Settings& settings);
    void run();

private:
    void work();
    [[nodiscard]] net::Task<void> watch();

    handover::Exporter exporter_;
    net::Loop loop_;
    net::Stream incoming_; // inotify(7)
    bool again_ = false;   // work() is on its way already
};

} // namespace exportd
