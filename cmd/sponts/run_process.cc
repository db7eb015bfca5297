// SPDX-License-Identifier: Apache-2.0
#include "run_process.h"

#include "base/failure.h"
#include "net/ticket_keys.h"

#include <climits>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace sponts {

namespace {

constexpr int first_passed = 3; // SD_LISTEN_FDS_START

// From here to execv() we are the child.  `sponts run` has one thread, so nothing is held
// that fork(2) could have torn apart, and the environment may be changed.
[[noreturn]] void give_up(const char* what)
{
    std::perror(what);
    ::_exit(static_cast<int>(base::Remedy::repair_system));
}

int keys_descriptor(const ProcessPlan& plan)
{
    return first_passed + static_cast<int>(plan.sockets.size());
}

// Moves the sockets out of the way first: one may already sit where another has to go.
void place_descriptors(const ProcessPlan& plan)
{
    const bool with_keys = plan.ticket_keys >= 0;
    const int end = keys_descriptor(plan) + (with_keys ? 1 : 0);
    std::vector<int> aside;
    aside.reserve(plan.sockets.size() + 1);
    for (const NamedSocket& socket : plan.sockets)
        aside.push_back(::fcntl(socket.fd, F_DUPFD_CLOEXEC, end));
    if (with_keys)
        aside.push_back(::fcntl(plan.ticket_keys, F_DUPFD_CLOEXEC, end));
    for (int i = 0; i < static_cast<int>(aside.size()); ++i)
        if (aside[static_cast<std::size_t>(i)] < 0 ||
            ::dup2(aside[static_cast<std::size_t>(i)], first_passed + i) < 0)
            give_up("passing a descriptor");
    if (::close_range(static_cast<unsigned>(end), UINT_MAX, 0) != 0)
        give_up("close_range");
}

void set_environment(const ProcessPlan& plan)
{
    std::string names;
    for (const NamedSocket& socket : plan.sockets)
        names += (names.empty() ? "" : ":") + socket.name;
    const std::string keys = "/proc/self/fd/" + std::to_string(keys_descriptor(plan));
    if (plan.ticket_keys >= 0)
        ::setenv(net::ticket_keys_variable, keys.c_str(), 1);
    ::setenv("NOTIFY_SOCKET", plan.notify_address.c_str(), 1);
    if (plan.sockets.empty())
        return;
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", std::to_string(plan.sockets.size()).c_str(), 1);
    ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
}

void reset_signals()
{
    ::signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Died while we were being made: nobody would ever stop us.
void follow_parent(pid_t parent)
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent)
        ::_exit(0);
}

[[noreturn]] void become(const ProcessPlan& plan, pid_t parent)
{
    follow_parent(parent);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0)
        give_up("/dev/null");
    place_descriptors(plan);
    set_environment(plan);
    reset_signals();
    std::vector<char*> words{const_cast<char*>(plan.path.c_str())};
    for (const std::string& argument : plan.arguments)
        words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    ::execv(plan.path.c_str(), words.data());
    give_up(plan.path.c_str());
}

std::vector<std::string> program_directories(const std::string& bin_directory)
{
    if (!bin_directory.empty())
        return {bin_directory};
    std::vector<std::string> all{own_directory(), SPONTS_PREFIX "/libexec/sponts"};
    const char* path = std::getenv("PATH");
    std::string rest = path == nullptr ? "" : path;
    for (std::size_t at = 0; at < rest.size();) {
        const auto end = std::min(rest.find(':', at), rest.size());
        all.push_back(rest.substr(at, end - at));
        at = end + 1;
    }
    return all;
}

} // namespace

std::string own_directory()
{
    std::array<char, PATH_MAX> path{};
    const auto length = ::readlink("/proc/self/exe", path.data(), path.size());
    const std::string text(path.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    return text.substr(0, text.rfind('/'));
}

pid_t start_process(const ProcessPlan& plan)
{
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0)
        base::fail_errno("start", plan.path, base::Remedy::try_later);
    if (child == 0)
        become(plan, parent);
    ::setpgid(child, child); // both do it: whoever comes first
    return child;
}

std::string find_program(std::string_view name, const std::string& bin_directory)
{
    for (const std::string& directory : program_directories(bin_directory)) {
        std::string path = directory + "/" + std::string(name);
        if (::access(path.c_str(), X_OK) == 0)
            return path;
    }
    throw base::Failure(base::Remedy::start_service,
                        "start " + std::string(name) + ": no such program" +
                            (bin_directory.empty() ? "" : " in " + bin_directory));
}

} // namespace sponts
