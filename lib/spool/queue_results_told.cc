// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_results_told.h"

#include "base/failure.h"
#include "spool/queue_files.h"

#include <cerrno>
#include <fcntl.h>

namespace spool {

void for_each_told(const std::string& directory,
                   const std::function<void(const Change&)>& visit)
{
    const QueueFiles files{directory};
    for (const std::uint64_t generation : files.generations()) {
        const std::string path = files.results(generation);
        const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file && errno == ENOENT)
            continue;
        if (!file)
            base::fail_errno("open", path);
        for_each_line(file, path, [&](std::string_view line, std::uint64_t) {
            if (const auto change = parse_change(line))
                visit(*change);
            return true;
        });
    }
}

} // namespace spool
