// SPDX-License-Identifier: Apache-2.0
// audit/client.h - asks tkuev-auditd(8) to note an act before it takes effect.
//
//     auto noted = log.note(entry);        // on the disk when this returns
//     if (!noted) refuse(noted.error());   // nothing happens that is not noted
//
// Threads: one.  Blocking, at most audit::patience.
#pragma once

#include "audit/entry.h"
#include "base/clock.h"

#include <cstdint>
#include <expected>
#include <string>

namespace audit {

inline constexpr base::seconds patience{10};

struct Noted {
    std::uint64_t number = 0; // of the entry in the log
    std::string person;       // how auditd calls who asked
};

struct Denial {
    enum class Reason : std::uint8_t {
        no_role,     // noted as a refusal; exit status 77
        unreachable, // the daemon is not there, or its disk is full; 69 or 75
    } reason;
    std::string text; // one line
};

class Client {
public:
    explicit Client(std::string socket) : socket_(std::move(socket)) {}
    // The entry is safely in the log, and the person may do it.
    [[nodiscard]] std::expected<Noted, Denial> note(const Entry& entry) const;

private:
    std::string socket_;
};

} // namespace audit
