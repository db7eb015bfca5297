// SPDX-License-Identifier: Apache-2.0
// sponts/run_supervisor.h - keeps the programs running: starts, restarts, reloads, stops.
//
// One thread, poll(2) on a signalfd and the notification socket; nothing here serves mail
// or reads a byte from the network.
//
//     state of a slot      left by
//     waiting (start_at)   its time has come: started
//     started              READY=1: ready; it dies: waiting
//     ready                it dies: waiting; reload: retiring (after its successor is
//     ready) retiring             it ends: the slot is removed
#pragma once

#include "command.h"
#include "conf/settings.h"
#include "run_notify.h"
#include "run_policy.h"
#include "run_process.h"
#include "run_sockets.h"

#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace sponts {

void configure_own_log(base::LogOptions options);

// The programs that serve listeners; each has as many processes as its workers say.
inline constexpr std::string_view servers[] = {"smtp-relayd", "pop-proxy", "imap-proxy",
                                               "ums-popd"};
// One of them, which serves the proxies as well, and runs where [ums] is enabled.
inline constexpr std::string_view ums = servers[3];
// Runs where there is a journal, or where what proxies learn is to be filed.
inline constexpr std::string_view indexd = "sponts-indexd";
[[nodiscard]] inline bool wants_indexd(const conf::Settings& settings)
{
    return settings.journal.enabled || settings.ums.enabled;
}
// Runs where users may send their own mail again.
inline constexpr std::string_view replayctl = "replayctl";
// These run where [tkuev] is enabled.
inline constexpr std::string_view auditd = "tkuev-auditd";
inline constexpr std::string_view exportd = "tkuev-exportd";
inline constexpr std::string_view interceptors[] = {auditd, exportd};
[[nodiscard]] bool is_interceptor(std::string_view program);
// Mail neither waits for these three kinds nor ends with them.
[[nodiscard]] bool is_beside_mail(std::string_view program);
[[nodiscard]] std::uint32_t workers_of(const conf::Settings& settings,
                                       std::string_view server);

// A place that a process is to fill.
struct Slot {
    enum class Fate {
        keep,    // start it again when it dies
        retire,  // its sessions go on to their end; remove the slot when it ends
        drain,   // its sessions are told to come back; remove the slot when it ends
        restart, // start it again at once when it ends
    };
    std::string name; // "smtp-sendd", or "smtp-relayd.2" where there are several
    std::string program;
    Fate fate = Fate::keep;
    pid_t pid = 0; // 0: no process
    bool ready = false;
    bool was_ready = false;
    bool told_to_retire = false;
    bool told_to_end = false;
    base::SteadyTime started{};
    std::optional<base::SteadyTime> start_at = base::SteadyTime{}; // at once
    Backoff backoff{};

    // A successor takes its place, or nobody.
    [[nodiscard]] bool leaves() const
    {
        return fate == Fate::retire || fate == Fate::drain;
    }
};

class Supervisor {
public:
    // Opens the listening sockets and looks for the programs; throws Failure.
    Supervisor(conf::Settings settings, std::string bin_directory);

    // Until SIGTERM or SIGINT, or until a program is hopeless before all were ready once.
    // Returns the exit status.
    [[nodiscard]] int work();

private:
    void find_programs(const conf::Settings& settings);
    void add_slots(std::string_view program);
    void start_due();
    void start(Slot& slot);
    void terminate(Slot& slot);
    void retire(Slot& slot);
    void hear_signals();
    void hear_notices();
    void wait_for_news();
    [[nodiscard]] int poll_timeout() const;
    void reap();
    enum class Outlook { fair, hopeless };
    [[nodiscard]] Outlook note_end(Slot& slot, int wait_status);
    void announce_readiness();
    void end_retired();
    [[nodiscard]] bool all_ready(std::string_view program) const;
    [[nodiscard]] bool all_ready() const;

    void reload();
    void apply(conf::Settings fresh);
    void start_waiting();
    std::string_view apply_to_server(std::string_view program, const conf::Settings& old);
    std::string_view apply_to_sendd(const conf::Settings& old);
    [[nodiscard]] std::string_view apply_to_ums(const conf::Settings& old);
    [[nodiscard]] std::string_view apply_to_indexd(const conf::Settings& old);
    [[nodiscard]] std::string_view apply_to_replay(const conf::Settings& old);
    void apply_to_interceptors(const conf::Settings& old);
    void replace(std::string_view program, Slot::Fate fate_of_old);
    void restart(std::string_view program);
    void signal_program(std::string_view program, int signal);

    void begin_stop(int exit_status);
    void kill_late();

    conf::Settings settings_;
    std::string bin_directory_;
    ListenSockets sockets_;
    NotifySocket notify_;
    base::Fd signals_;
    // One set for all workers of a program, so that a client may resume its TLS session at
    // any of them, and with no other program.
    std::map<std::string, base::Fd, std::less<>> ticket_keys_;
    std::map<std::string, std::string, std::less<>> paths_; // program -> file
    std::vector<Slot> slots_;
    bool announced_ = false;
    bool stopping_ = false;
    base::SteadyTime kill_at_{};
    int exit_status_ = 0;
};

} // namespace sponts
