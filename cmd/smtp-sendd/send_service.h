// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/send_service.h - the daemon: opens what it needs, follows the log, reloads,
// stops.
#pragma once

#include "conf/settings.h"
#include "control_server.h"
#include "daemon/journal.h"
#include "db/directory.h"
#include "delivery/dispatcher.h"
#include "delivery/wake.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "spool/bell.h"
#include "spool/queue.h"
#include "spool/reader.h"
#include "spool/writer.h"

#include <memory>

namespace sendd {

inline constexpr const char* program = "smtp-sendd";

// Everything the configuration names can be used.  Throws Failure.
void check(const conf::Settings& settings);

class SendService {
public:
    explicit SendService(conf::Settings settings);
    void run();

private:
    void handle(int signal);
    void reload();
    void stop();
    void poll();
    [[nodiscard]] net::Task<void> follow_bell();
    [[nodiscard]] net::Task<void> follow_wakes();
    [[nodiscard]] delivery::ControlHooks hooks();

    const conf::Settings settings_; // those it began with
    net::Loop loop_;
    db::Directory directory_;
    delivery::DirectoryFacts facts_;
    spool::Bell bell_;
    delivery::WakeFifo wakes_;
    [[maybe_unused]] bool confined_; // here: the FIFOs are made, and no thread has started
    daemons::EventReport report_;
    spool::Queue queue_;
    spool::Reader reader_;
    spool::Writer writer_;
    net::Resolver resolver_;
    std::unique_ptr<tap::Tap> tap_; // null: [tkuev] is not enabled
    std::optional<tap::QueueWitness> witness_;
    delivery::Dispatcher dispatcher_;
    ControlServer control_;
    bool stopping_ = false;
};

} // namespace sendd
