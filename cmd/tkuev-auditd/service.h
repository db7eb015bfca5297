// SPDX-License-Identifier: Apache-2.0
// tkuev-auditd/service.h - hears what programs want noted, finds out who asks, and answers
// when it is on the disk.
//
// Logs nothing that changes with a measure: who reads the mail system's log must not see
// that anything was asked.
#pragma once

#include "audit/store.h"
#include "audit/wire.h"
#include "base/fd.h"
#include "net/loop.h"
#include "net/task.h"

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace auditd {

inline constexpr const char* program = "tkuev-auditd";

struct Door {
    base::Fd fd;
    bool listening = true; // false: one connection, and nothing after it
};

class Service {
public:
    // Throws base::Failure when there is no sound log.
    explicit Service(const audit::Places& places);
    // Until SIGTERM or SIGINT, or until the end of the only connection.
    void run(std::vector<Door> doors);

private:
    using Person = std::expected<std::string, std::string>;
    void serve(base::Fd connection);
    void stop();
    void end_if_idle();
    [[nodiscard]] net::Task<void> converse(base::Fd connection, uid_t user);
    [[nodiscard]] net::Task<void> stop_late();
    [[nodiscard]] audit::Answer answer(const audit::RequestParser& request,
                                       const Person& person);
    [[nodiscard]] audit::Answer note(const audit::Entry& entry, const std::string& person);
    void leave(uid_t user);

    audit::Store store_;
    std::map<uid_t, std::uint32_t> clients_; // how many of each user
    std::uint32_t all_clients_ = 0;
    bool stopping_ = false;
    bool over_ = false; // the loop has ended; dialogues that are left are dropped
    net::Loop loop_;
};

} // namespace auditd
