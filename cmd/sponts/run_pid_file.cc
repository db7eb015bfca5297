// SPDX-License-Identifier: Apache-2.0
#include "run_pid_file.h"

#include "base/failure.h"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sponts {

namespace {

[[noreturn]] void fail_taken(int fd, const std::string& path)
{
    std::array<char, 32> text{};
    const auto length = ::pread(fd, text.data(), text.size(), 0);
    int pid = 0;
    std::from_chars(text.data(), text.data() + (length > 0 ? length : 0), pid);
    throw base::Failure(base::Remedy::start_service,
                        "lock " + path + ": taken by process " + std::to_string(pid));
}

} // namespace

PidFile::PidFile(const std::string& run_directory)
{
    const std::string path = run_directory + "/sponts.pid";
    if (::mkdir(run_directory.c_str(), 0755) != 0 && errno != EEXIST)
        base::fail_errno("mkdir", run_directory, base::Remedy::make_room);
    file_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!file_)
        base::fail_errno("open", path, base::Remedy::make_room);
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
        fail_taken(file_.get(), path);
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(file_.get(), 0) != 0 ||
        ::pwrite(file_.get(), text.data(), text.size(), 0) !=
            static_cast<ssize_t>(text.size()))
        base::fail_errno("write", path);
}

} // namespace sponts
