// SPDX-License-Identifier: Apache-2.0
// sponts/run_reload.cc - SIGHUP: from the settings in force to those in the file.
//
// Nothing changes unless the whole file is sound and every new socket could be opened.
#include "base/failure.h"
#include "base/log.h"
#include "daemon/restart.h"
#include "net/listener.h"
#include "run_supervisor.h"

#include <algorithm>
#include <csignal>
#include <tuple>
#include <utility>

namespace sponts {

using base::Level;

void Supervisor::reload()
{
    if (stopping_)
        return;
    try {
        conf::Settings fresh = conf::read_settings(settings_.file);
        find_programs(fresh);
        sockets_.follow(fresh.listeners);
        net::notify_manager("RELOADING=1");
        apply(std::move(fresh));
        net::notify_manager("READY=1");
    } catch (const base::Failure& failure) {
        base::log(Level::error, "reload-refused", "-",
                  {{"error", std::string_view(failure.what())}});
    }
}

void Supervisor::apply(conf::Settings fresh)
{
    const conf::Settings old = std::exchange(settings_, std::move(fresh));
    configure_own_log(settings_.log);
    const std::string_view relayd = apply_to_server("smtp-relayd", old);
    const std::string_view pop = apply_to_server("pop-proxy", old);
    const std::string_view imap = apply_to_server("imap-proxy", old);
    const std::string_view sendd = apply_to_sendd(old);
    const std::string_view queue = apply_to_ums(old);
    const std::string_view index = apply_to_indexd(old);
    const std::string_view replay = apply_to_replay(old);
    apply_to_interceptors(old);
    start_waiting();
    base::log(Level::notice, "reload-done", "-",
              {{"relayd", relayd},
               {"sendd", sendd},
               {"pop", pop},
               {"imap", imap},
               {"ums", queue},
               {"indexd", index},
               {"replay", replay}});
}

// What died of the old configuration need not wait to try the new one.
void Supervisor::start_waiting()
{
    for (Slot& slot : slots_)
        if (slot.pid == 0)
            slot.start_at = base::SteadyTime{};
}

// What was done, for the log.
std::string_view Supervisor::apply_to_server(std::string_view program,
                                             const conf::Settings& old)
{
    if (daemons::keys_for_restart(old, settings_, program, true).empty() &&
        workers_of(old, program) == workers_of(settings_, program)) {
        signal_program(program, SIGHUP);
        return "told";
    }
    // Nobody delivers from the old spool any more: what a session puts there would wait.
    const bool new_spool =
        program == "smtp-relayd" && old.general.spool != settings_.general.spool;
    replace(program, new_spool ? Slot::Fate::drain : Slot::Fate::retire);
    return "replaced";
}

std::string_view Supervisor::apply_to_sendd(const conf::Settings& old)
{
    if (daemons::keys_for_restart(old, settings_, "smtp-sendd", true).empty()) {
        signal_program("smtp-sendd", SIGHUP);
        return "told";
    }
    restart("smtp-sendd");
    return "restarted";
}

std::string_view Supervisor::apply_to_ums(const conf::Settings& old)
{
    if (old.ums.enabled == settings_.ums.enabled)
        return apply_to_server(ums, old);
    replace(ums, Slot::Fate::drain);
    return settings_.ums.enabled ? "started" : "ended";
}

std::string_view Supervisor::apply_to_indexd(const conf::Settings& old)
{
    if (!wants_indexd(old) && wants_indexd(settings_)) {
        add_slots(indexd);
        return "started";
    }
    if (wants_indexd(old) && !wants_indexd(settings_)) {
        replace(indexd, Slot::Fate::drain);
        return "ended";
    }
    if (daemons::keys_for_restart(old, settings_, indexd, true).empty())
        return "kept";
    restart(indexd);
    return "restarted";
}

// It reads the rest again itself.
std::string_view Supervisor::apply_to_replay(const conf::Settings& old)
{
    if (!old.replay.users && settings_.replay.users) {
        add_slots(replayctl);
        return "started";
    }
    if (old.replay.users && !settings_.replay.users) {
        replace(replayctl, Slot::Fate::drain);
        return "ended";
    }
    if (daemons::keys_for_restart(old, settings_, replayctl, true).empty()) {
        signal_program(replayctl, SIGHUP);
        return "told";
    }
    restart(replayctl);
    return "restarted";
}

// Not told in the log: nobody who reads that has to do with it.
void Supervisor::apply_to_interceptors(const conf::Settings& old)
{
    const auto keys_of_log = [](const conf::Settings& settings) {
        const conf::Tkuev& tkuev = settings.tkuev;
        return std::tie(tkuev.audit, tkuev.audit_anchor, tkuev.audit_socket);
    };
    const auto apply = [&](std::string_view program, bool changed) {
        if (!old.tkuev.enabled && settings_.tkuev.enabled)
            add_slots(program);
        else if (old.tkuev.enabled && !settings_.tkuev.enabled)
            replace(program, Slot::Fate::drain);
        else if (changed)
            restart(program);
    };
    apply(auditd, keys_of_log(old) != keys_of_log(settings_));
    apply(exportd, old.tkuev != settings_.tkuev ||
                       old.general.database != settings_.general.database);
}

// Old and new processes serve side by side until the new ones are ready; then the old ones
// end with their last session.  One that stays long is no harm: limits on time hold.
void Supervisor::replace(std::string_view program, Slot::Fate fate_of_old)
{
    for (Slot& slot : slots_)
        if (slot.program == program)
            slot.fate = fate_of_old;
    std::erase_if(slots_, [](const Slot& slot) { return slot.pid == 0 && slot.leaves(); });
    const bool over = is_interceptor(program)
                          ? !settings_.tkuev.enabled
                          : (program == indexd && !wants_indexd(settings_)) ||
                                (program == replayctl && !settings_.replay.users);
    if (!over)
        add_slots(program);
}

// The queue has one owner, and so has a socket: the old process ends before the new one
// starts.
void Supervisor::restart(std::string_view program)
{
    for (Slot& slot : slots_) {
        if (slot.program != program)
            continue;
        slot.fate = Slot::Fate::restart;
        terminate(slot);
    }
}

void Supervisor::signal_program(std::string_view program, int signal)
{
    for (const Slot& slot : slots_)
        if (slot.program == program && slot.pid != 0 && !slot.leaves() && !slot.told_to_end)
            (void)::kill(slot.pid, signal); // it may just have died: reap() will tell
}

} // namespace sponts
