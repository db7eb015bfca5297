// SPDX-License-Identifier: Apache-2.0
#include "run_supervisor.h"

#include "base/failure.h"
#include "base/log.h"
#include "net/listener.h"
#include "net/ticket_keys.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sponts {

namespace {

using base::Level;
using base::SteadyTime;

constexpr std::string_view sendd = "smtp-sendd";

SteadyTime now()
{
    return base::Steady::now();
}

base::milliseconds since(SteadyTime when)
{
    return std::chrono::duration_cast<base::milliseconds>(now() - when);
}

// Signals come by descriptor; children get a clean mask back before they start.
base::Fd watch_signals()
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGCHLD, SIGHUP, SIGINT, SIGTERM})
        ::sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    base::Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd)
        base::fail_errno("make", "signalfd", base::Remedy::repair_system);
    return fd;
}

Ending ending_of(int wait_status)
{
    if (WIFSIGNALED(wait_status))
        return {.by_signal = true, .number = WTERMSIG(wait_status)};
    return {.by_signal = false, .number = WEXITSTATUS(wait_status)};
}

std::string describe(Ending ending)
{
    if (!ending.by_signal)
        return "exit status " + std::to_string(ending.number);
    const char* name = ::sigabbrev_np(ending.number);
    return name == nullptr ? "signal " + std::to_string(ending.number)
                           : "signal SIG" + std::string(name);
}

// The wait status of a child that has ended.  Whatever it left behind in its process group
// is killed first, while the zombie still keeps the number from being given to another.
std::optional<int> collect(pid_t pid)
{
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid != pid)
        return std::nullopt;
    (void)::kill(-pid, SIGKILL);
    int status = 0;
    (void)::waitpid(pid, &status, 0); // there it is: waitid() said so
    return status;
}

std::vector<std::string> arguments_of(std::string_view program, const std::string& file)
{
    if (program == replayctl)
        return {"serve", "--config", file};
    return {"--config", file};
}

} // namespace

std::uint32_t workers_of(const conf::Settings& settings, std::string_view server)
{
    if (server == "pop-proxy")
        return settings.pop_proxy.common.workers;
    if (server == "imap-proxy")
        return settings.imap_proxy.common.workers;
    if (server == ums)
        return 1;
    return settings.smtp_relayd.workers;
}

bool is_interceptor(std::string_view program)
{
    return std::ranges::find(interceptors, program) != std::end(interceptors);
}

bool is_beside_mail(std::string_view program)
{
    return program == indexd || program == replayctl || is_interceptor(program);
}

Supervisor::Supervisor(conf::Settings settings, std::string bin_directory)
    : settings_(std::move(settings)), bin_directory_(std::move(bin_directory)),
      sockets_(net::passed_sockets()), signals_(watch_signals())
{
    for (const std::string_view server : servers)
        ticket_keys_.emplace(server, net::ticket_keys_in_memory());
    find_programs(settings_);
    sockets_.follow(settings_.listeners);
    for (const std::string_view server : servers)
        add_slots(server);
    add_slots(sendd);
    if (wants_indexd(settings_))
        add_slots(indexd);
    if (settings_.replay.users)
        add_slots(replayctl);
    if (settings_.tkuev.enabled)
        for (const std::string_view program : interceptors)
            add_slots(program);
}

// Those that listeners name, the one that delivers, those of interception.  Throws when one
// is missing.
void Supervisor::find_programs(const conf::Settings& settings)
{
    const auto find = [this](std::string_view program) {
        if (!paths_.contains(program))
            paths_.emplace(program, find_program(program, bin_directory_));
    };
    for (const conf::Listener& listener : settings.listeners)
        find(listener.program);
    find(sendd);
    if (settings.ums.enabled)
        find(ums);
    if (wants_indexd(settings))
        find(indexd);
    if (settings.replay.users)
        find(replayctl);
    if (settings.tkuev.enabled)
        for (const std::string_view program : interceptors)
            find(program);
}

// A server has nothing to do without a socket; there is one smtp-sendd, as it owns the
// queue, one sponts-indexd, one for users who replay, and one of each that interception
// needs.
void Supervisor::add_slots(std::string_view program)
{
    std::uint32_t count = 1;
    if (program == ums)
        count = settings_.ums.enabled ? 1 : 0;
    else if (program != sendd && program != indexd && program != replayctl &&
             !is_interceptor(program))
        count = sockets_.of_program(program).empty() ? 0 : workers_of(settings_, program);
    for (std::uint32_t i = 1; i <= count; ++i) {
        const std::string number = count == 1 ? "" : "." + std::to_string(i);
        Slot& slot = slots_.emplace_back();
        slot.name = std::string(program) + number;
        slot.program = program;
    }
}

int Supervisor::work()
{
    while (!stopping_ || !slots_.empty()) {
        start_due();
        wait_for_news();
        hear_signals(); // first: a SIGCHLD taken here must be followed by reap()
        hear_notices();
        reap();
        end_retired();
        announce_readiness();
        kill_late();
    }
    base::log(Level::notice, "gateway-stopped", "-", {{"status", exit_status_}});
    return exit_status_;
}

void Supervisor::start_due()
{
    for (Slot& slot : slots_)
        if (slot.pid == 0 && slot.start_at && *slot.start_at <= now())
            start(slot);
}

void Supervisor::start(Slot& slot)
{
    const auto keys = ticket_keys_.find(slot.program);
    const ProcessPlan plan{.path = paths_.find(slot.program)->second,
                           .arguments = arguments_of(slot.program, settings_.file),
                           .sockets = sockets_.of_program(slot.program),
                           .ticket_keys =
                               keys == ticket_keys_.end() ? -1 : keys->second.get(),
                           .notify_address = notify_.address()};
    slot.started = now();
    try {
        slot.pid = start_process(plan);
    } catch (const base::Failure& failure) {
        const auto pause = slot.backoff.pause_after(base::milliseconds{0});
        slot.start_at = now() + pause;
        base::log(Level::error, "program-not-started", "-",
                  {{"name", slot.name},
                   {"error", std::string_view(failure.what())},
                   {"again_ms", pause.count()}});
        return;
    }
    slot.start_at.reset();
    slot.ready = slot.told_to_retire = slot.told_to_end = false;
    slot.fate = Slot::Fate::keep;
    base::log(Level::info, "program-started", "-",
              {{"name", slot.name}, {"pid", slot.pid}});
}

void Supervisor::terminate(Slot& slot)
{
    if (slot.pid == 0 || slot.told_to_end)
        return;
    slot.told_to_end = true;
    (void)::kill(slot.pid, SIGTERM); // it may just have died: reap() will tell
}

// It closes its sockets and ends with its last session; begin_stop() may hurry it later.
void Supervisor::retire(Slot& slot)
{
    if (slot.pid == 0 || slot.told_to_retire || slot.told_to_end)
        return;
    slot.told_to_retire = true;
    (void)::kill(slot.pid, SIGUSR1); // it may just have died: reap() will tell
}

int Supervisor::poll_timeout() const
{
    std::optional<SteadyTime> next;
    for (const Slot& slot : slots_)
        if (slot.pid == 0 && slot.start_at && (!next || *slot.start_at < *next))
            next = slot.start_at;
    if (stopping_ && (!next || kill_at_ < *next))
        next = kill_at_;
    if (!next)
        return -1;
    const auto wait = -since(*next) + base::milliseconds{1}; // rounded up
    return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, 60'000));
}

void Supervisor::wait_for_news()
{
    std::array<pollfd, 2> watched{pollfd{signals_.get(), POLLIN, 0},
                                  pollfd{notify_.fd(), POLLIN, 0}};
    // EINTR cannot come, the signals are blocked; any other error shows as no news.
    (void)::poll(watched.data(), watched.size(), poll_timeout());
}

void Supervisor::hear_signals()
{
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
        const int signal = static_cast<int>(info.ssi_signo);
        if (signal == SIGHUP)
            reload();
        else if (signal != SIGCHLD)
            begin_stop(EXIT_SUCCESS);
    }
}

void Supervisor::hear_notices()
{
    for (const pid_t sender : notify_.take_ready()) {
        const auto slot = std::ranges::find(slots_, sender, &Slot::pid);
        if (sender == 0 || slot == slots_.end() || slot->ready)
            continue;
        slot->ready = slot->was_ready = true;
        base::log(Level::info, "program-ready", "-",
                  {{"name", slot->name},
                   {"pid", slot->pid},
                   {"after_ms", since(slot->started).count()}});
    }
}

void Supervisor::reap()
{
    std::optional<int> hopeless;
    for (Slot& slot : slots_) {
        const auto status = slot.pid == 0 ? std::nullopt : collect(slot.pid);
        if (status && note_end(slot, *status) == Outlook::hopeless)
            hopeless = ending_of(*status).number;
    }
    if (hopeless)
        begin_stop(*hopeless); // shortens the list
    std::erase_if(slots_, [this](const Slot& slot) {
        return slot.pid == 0 && (stopping_ || slot.leaves());
    });
}

Supervisor::Outlook Supervisor::note_end(Slot& slot, int wait_status)
{
    const Ending ending = ending_of(wait_status);
    const std::string how = describe(ending);
    const pid_t pid = std::exchange(slot.pid, 0);
    slot.ready = false;
    if (slot.told_to_retire || slot.told_to_end) {
        slot.start_at = now(); // of use only when it is to be restarted
        base::log(Level::info, "program-ended", "-",
                  {{"name", slot.name}, {"pid", pid}, {"how", how}});
        return Outlook::fair;
    }
    const auto pause = slot.backoff.pause_after(since(slot.started));
    slot.start_at = now() + pause;
    base::log(
        Level::error, "program-died", "-",
        {{"name", slot.name}, {"pid", pid}, {"how", how}, {"again_ms", pause.count()}});
    const bool ends_all = !announced_ && !stopping_ && !is_beside_mail(slot.program);
    return ends_all && is_hopeless(ending, slot.was_ready) ? Outlook::hopeless
                                                           : Outlook::fair;
}

bool Supervisor::all_ready(std::string_view program) const
{
    return std::ranges::all_of(slots_, [program](const Slot& slot) {
        return slot.program != program || slot.leaves() || slot.ready;
    });
}

bool Supervisor::all_ready() const
{
    return std::ranges::all_of(slots_, [](const Slot& slot) {
        return slot.leaves() || slot.ready || is_beside_mail(slot.program);
    });
}

void Supervisor::announce_readiness()
{
    if (announced_ || stopping_ || !all_ready())
        return;
    announced_ = true;
    net::notify_manager("READY=1");
    base::log(Level::notice, "gateway-ready", "-", {{"programs", slots_.size()}});
}

// A successor takes connections now: those who go may stop doing so.
void Supervisor::end_retired()
{
    for (Slot& slot : slots_) {
        if (!slot.leaves() || !all_ready(slot.program))
            continue;
        if (slot.fate == Slot::Fate::retire)
            retire(slot);
        else
            terminate(slot);
    }
}

void Supervisor::begin_stop(int exit_status)
{
    if (stopping_) { // asked twice: no more patience
        kill_at_ = now();
        return;
    }
    stopping_ = true;
    exit_status_ = exit_status;
    kill_at_ = now() + base::seconds{settings_.general.drain_timeout} + kill_grace;
    net::notify_manager("STOPPING=1");
    base::log(Level::notice, "gateway-stopping", "-",
              {{"drain_s", settings_.general.drain_timeout}});
    for (Slot& slot : slots_) {
        slot.start_at.reset();
        terminate(slot);
    }
    std::erase_if(slots_, [](const Slot& slot) { return slot.pid == 0; });
}

void Supervisor::kill_late()
{
    if (!stopping_ || now() < kill_at_)
        return;
    for (const Slot& slot : slots_) {
        base::log(Level::warning, "program-killed", "-",
                  {{"name", slot.name}, {"pid", slot.pid}});
        (void)::kill(-slot.pid, SIGKILL);
        exit_status_ = static_cast<int>(base::Remedy::try_later);
    }
    kill_at_ = now() + kill_grace; // should SIGKILL not have reached it
}

} // namespace sponts
