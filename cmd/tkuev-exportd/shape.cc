// SPDX-License-Identifier: Apache-2.0
#include "shape.h"

#include "base/fd.h"

#include <algorithm>
#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace exportd {

namespace {

// FDSize: the kernel makes more room when it is needed, and never less.
void make_room_for_descriptors()
{
    constexpr rlim_t enough = 4096;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == 0)
        return;
    const auto last = static_cast<int>(std::min(limit.rlim_cur, enough)) - 1;
    const base::Fd highest(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, last));
}

} // namespace

void keep_shape()
{
    make_room_for_descriptors();
    // VmSize: else each thread takes 64 MB of addresses when it first has something to do.
    ::mallopt(M_ARENA_MAX, 1);
}

} // namespace exportd
