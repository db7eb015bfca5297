// SPDX-License-Identifier: Apache-2.0
// replayctl/service.h - accepts users and gives each a process of his own (attendant.h), so
// many at once as [replay] says.  A user never has all places; who has no name on this
// machine has none, for one may have thousands of such numbers (subuid(5)).
//
// This process reads nothing that a user has sent.  One thread.
#pragma once

#include "base/clock.h"
#include "base/fd.h"
#include "conf/settings.h"

#include <map>
#include <optional>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace replayctl {

// A door of inetd's "wait" is given back after so long without a user.
inline constexpr base::seconds idle_end{60};
// From the request to stop to the end of the last attendant; then they are killed, and what
// they were sending is known the next time.
inline constexpr base::seconds stop_patience{30};
// After a lack of descriptors or processes.
inline constexpr base::milliseconds accept_pause{1000};

inline constexpr std::string_view program = "replayctl"; // in the log

struct Door {
    base::Fd fd;
    bool is_lent = false; // by inetd, which waits for our end
};

class Service {
public:
    // Blocks the signals that it waits for.  Throws Failure.
    Service(conf::Settings settings, std::vector<Door> doors);
    // Until SIGTERM or SIGINT, or until nobody has used a door that is lent for idle_end.
    void run();

private:
    void wait_for_news();
    [[nodiscard]] int poll_timeout() const;
    void hear_signals();
    void reap();
    void accept_from(const Door& door);
    void serve(base::Fd connection);
    [[nodiscard]] bool is_busy(uid_t user) const;
    bool begin(const base::Fd& connection, uid_t user);
    void refuse_stranger(int connection, uid_t user);
    void refuse_busy(int connection, uid_t user);
    [[noreturn]] void become_attendant(const base::Fd& connection, uid_t user);
    void reload();
    void stop();
    void end_attendants() const;
    void kill_late();
    [[nodiscard]] bool is_over() const;

    const conf::Settings started_; // what it has begun with
    conf::Settings settings_;
    std::vector<Door> doors_;
    base::Fd signals_;
    std::map<pid_t, uid_t> attendants_;
    std::map<uid_t, std::uint32_t> of_user_; // how many
    bool stopping_ = false;
    base::SteadyTime last_use_;
    base::SteadyTime pause_until_;
    base::SteadyTime kill_at_;
    base::SteadyTime next_busy_line_;
    base::SteadyTime next_stranger_line_;
};

} // namespace replayctl
