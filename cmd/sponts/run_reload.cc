// SPDX-License-Identifier: Apache-2.0
// sponts/run_reload.cc - SIGHUP: from the settings in force to those in the file.
//
// Nothing changes unless the whole file is sound and every new socket could be opened.
#include "base/failure.h"
#include "base/log.h"
#include "conf/read.h"
#include "net/listener.h"
#include "run_supervisor.h"

#include <algorithm>
#include <csignal>

namespace sponts {

namespace {

using base::Level;

// What a running process cannot take over: where things are, and how it logs.
bool needs_new_process(const conf::Settings& before, const conf::Settings& after)
{
    const auto old_texts = conf::section_texts(before);
    const auto new_texts = conf::section_texts(after);
    return std::ranges::any_of(
        std::initializer_list<std::string>{"general", "log", "queue"},
        [&](const std::string& section) {
            return old_texts.at(section) != new_texts.at(section);
        });
}

bool same_sockets(const std::vector<conf::Listener>& before,
                  const std::vector<conf::Listener>& after)
{
    return std::ranges::equal(before, after, [](const auto& one, const auto& other) {
        return one.name == other.name && one.address == other.address &&
               one.program == other.program;
    });
}

} // namespace

void Supervisor::reload()
{
    if (stopping_)
        return;
    try {
        conf::Settings fresh = conf::read_settings(settings_.file);
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
    const bool new_process = needs_new_process(settings_, fresh);
    const bool new_relayd = new_process ||
                            !same_sockets(settings_.listeners, fresh.listeners) ||
                            settings_.smtp_relayd.workers != fresh.smtp_relayd.workers;
    // Nobody delivers from the old spool any more: what a session puts there would wait.
    const auto fate_of_old = settings_.general.spool == fresh.general.spool
                                 ? Slot::Fate::retire
                                 : Slot::Fate::drain;
    settings_ = std::move(fresh);
    configure_own_log(settings_.log);
    if (new_relayd)
        replace_relayd(fate_of_old);
    else
        signal_program("smtp-relayd", SIGHUP);
    if (new_process)
        restart_sendd();
    else
        signal_program("smtp-sendd", SIGHUP);
    base::log(Level::notice, "reload-done", "-",
              {{"relayd", std::string_view(new_relayd ? "replaced" : "told")},
               {"sendd", std::string_view(new_process ? "restarted" : "told")}});
}

// Old and new processes serve side by side until the new ones are ready; then the old ones
// end with their last session.  One that stays long is no harm: session-timeout holds.
void Supervisor::replace_relayd(Slot::Fate fate_of_old)
{
    for (Slot& slot : slots_)
        if (slot.program == "smtp-relayd")
            slot.fate = fate_of_old;
    std::erase_if(slots_, [](const Slot& slot) { return slot.pid == 0 && slot.leaves(); });
    add_slots("smtp-relayd");
}

// The queue has one owner: the old process ends before the new one starts.
void Supervisor::restart_sendd()
{
    for (Slot& slot : slots_) {
        if (slot.program != "smtp-sendd")
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
