// SPDX-License-Identifier: Apache-2.0
#include "service.h"

#include "attendant.h"
#include "base/failure.h"
#include "base/log.h"
#include "daemon/restart.h"
#include "frames.h"
#include "net/listener.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>
#include <utility>

namespace replayctl {

namespace {

using base::Level;

// Refusals of a kind: one line in this time.
constexpr base::seconds between_refusals{10};

base::SteadyTime now()
{
    return base::Steady::now();
}

sigset_t our_signals()
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGCHLD, SIGHUP, SIGINT, SIGTERM})
        ::sigaddset(&set, signal);
    return set;
}

base::Fd watch_signals()
{
    const sigset_t set = our_signals();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGHUP, SIG_DFL); // one that is ignored would not come here
    base::Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd)
        base::fail_errno("make", "signalfd", base::Remedy::repair_system);
    return fd;
}

// From one such line to the next.
bool is_due(base::SteadyTime& line)
{
    if (now() < line)
        return false;
    line = now() + between_refusals;
    return true;
}

} // namespace

Service::Service(conf::Settings settings, std::vector<Door> doors)
    : started_(std::move(settings)), settings_(started_), doors_(std::move(doors)),
      signals_(watch_signals()), last_use_(now())
{
    for (const Door& door : doors_)
        (void)::fcntl(door.fd.get(), F_SETFL, O_NONBLOCK); // a client may have gone again
}

void Service::run()
{
    base::log(Level::info, "replay-serving", "-", {{"version", SPONTS_VERSION}});
    net::notify_manager("READY=1");
    while (!is_over())
        wait_for_news();
    base::log(Level::info, "replay-stopped", "-");
}

bool Service::is_over() const
{
    if (!attendants_.empty())
        return false;
    const bool all_lent = std::ranges::all_of(doors_, &Door::is_lent);
    return stopping_ || (all_lent && now() - last_use_ >= idle_end);
}

int Service::poll_timeout() const
{
    constexpr base::milliseconds look{1000}; // at the clock, while it means something
    const bool has_clock =
        stopping_ || pause_until_ > now() || std::ranges::all_of(doors_, &Door::is_lent);
    return has_clock ? static_cast<int>(look.count()) : -1;
}

void Service::wait_for_news()
{
    std::vector<pollfd> watched{{signals_.get(), POLLIN, 0}};
    const bool accepts = !stopping_ && pause_until_ <= now();
    for (const Door& door : doors_)
        watched.push_back({accepts ? door.fd.get() : -1, POLLIN, 0});
    (void)::poll(watched.data(), watched.size(), poll_timeout());
    hear_signals();
    reap();
    for (std::size_t i = 0; i < doors_.size() && !stopping_; ++i)
        if (watched[i + 1].revents != 0)
            accept_from(doors_[i]);
    kill_late();
}

void Service::hear_signals()
{
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGHUP)
            reload();
        else if (info.ssi_signo != SIGCHLD)
            stop();
    }
}

void Service::reap()
{
    for (pid_t pid = 0; (pid = ::waitpid(-1, nullptr, WNOHANG)) > 0;) {
        const auto attendant = attendants_.find(pid);
        if (attendant == attendants_.end())
            continue;
        if (--of_user_[attendant->second] == 0)
            of_user_.erase(attendant->second);
        attendants_.erase(attendant);
        last_use_ = now();
    }
}

void Service::accept_from(const Door& door)
{
    base::Fd connection(::accept4(door.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection)
        return serve(std::move(connection));
    if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
        base::log(Level::error, "accept-paused", "-",
                  {{"error", ::strerrorname_np(errno)}});
        pause_until_ = now() + accept_pause;
    }
}

void Service::serve(base::Fd connection)
{
    last_use_ = now();
    const std::optional<uid_t> user = peer_user(connection.get());
    if (!user)
        return;
    if (!name_of(*user))
        return refuse_stranger(connection.get(), *user);
    if (is_busy(*user) || !begin(connection, *user))
        refuse_busy(connection.get(), *user);
}

// One place is always for others.
bool Service::is_busy(uid_t user) const
{
    const conf::Replay& limits = settings_.replay;
    const auto found = of_user_.find(user);
    const std::size_t own = found == of_user_.end() ? 0 : found->second;
    return attendants_.size() >= limits.calls || own >= limits.calls_per_user ||
           (own > 0 && own >= limits.calls - 1);
}

// False: there is no process for it.
bool Service::begin(const base::Fd& connection, uid_t user)
{
    const pid_t pid = ::fork();
    if (pid == 0)
        become_attendant(connection, user);
    if (pid < 0)
        return false;
    attendants_[pid] = user;
    ++of_user_[user];
    return true;
}

void Service::refuse_stranger(int connection, uid_t user)
{
    refuse(connection, base::Remedy::get_permission, has_no_name(user));
    if (is_due(next_stranger_line_))
        base::log(Level::notice, "user-unknown", "-", {{"uid", user}});
}

void Service::refuse_busy(int connection, uid_t user)
{
    refuse(connection, base::Remedy::try_later, "too many calls at once, try later");
    if (is_due(next_busy_line_))
        base::log(Level::notice, "user-busy", "-",
                  {{"uid", user}, {"calls", attendants_.size()}});
}

// Nothing of ours is left to it but its user.
void Service::become_attendant(const base::Fd& connection, uid_t user)
{
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    doors_.clear();
    signals_.reset();
    const sigset_t set = our_signals();
    std::signal(SIGHUP, SIG_IGN);
    ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
    ::_exit(attend(connection.get(), user, settings_));
}

// A configuration that cannot be used changes nothing.
void Service::reload()
{
    net::notify_manager("RELOADING=1");
    try {
        settings_ = conf::read_settings(settings_.file);
        base::log(Level::notice, "reloaded", "-", {{"file", settings_.file}});
        daemons::tell_keys_for_restart(started_, settings_, program, false);
        if (!settings_.replay.users)
            end_attendants();
    } catch (const base::Failure& failure) {
        base::log(Level::error, "reload-failed", "-",
                  {{"error", std::string_view(failure.what())}});
    }
    net::notify_manager("READY=1");
}

void Service::stop()
{
    if (std::exchange(stopping_, true))
        return;
    net::notify_manager("STOPPING=1");
    doors_.clear();
    kill_at_ = now() + stop_patience;
    end_attendants();
}

void Service::end_attendants() const
{
    for (const auto& [pid, user] : attendants_)
        (void)::kill(pid, SIGTERM);
}

void Service::kill_late()
{
    if (!stopping_ || now() < kill_at_)
        return;
    for (const auto& [pid, user] : attendants_)
        (void)::kill(pid, SIGKILL);
}

} // namespace replayctl
