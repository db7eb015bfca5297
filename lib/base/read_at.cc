// SPDX-License-Identifier: Apache-2.0
#include "base/read_at.h"

#include <cerrno>
#include <unistd.h>

namespace base {

std::size_t read_at(int fd, std::uint64_t offset, std::span<char> room,
                    std::string_view name, Remedy remedy)
{
    std::size_t done = 0;
    while (done < room.size()) {
        const ssize_t got = ::pread(fd, room.data() + done, room.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail_errno("read", name, remedy);
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

std::string read_at(int fd, std::uint64_t offset, std::size_t size, std::string_view name,
                    Remedy remedy)
{
    std::string out(size, '\0');
    out.resize(read_at(fd, offset, std::span(out), name, remedy));
    return out;
}

} // namespace base
