// SPDX-License-Identifier: Apache-2.0
// spool/quiet_thread.h - a thread that leaves all signals to the program's own threads.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace spool {

template <class Work>
[[nodiscard]] std::thread quiet_thread(Work work)
{
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before); // inherited by the new thread
    std::thread thread(std::move(work));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
}

} // namespace spool
