// SPDX-License-Identifier: Apache-2.0
// net/ticket_keys.cc - ticket keys in files and in memory.
#include "net/ticket_keys.h"

#include "base/failure.h"
#include "base/file.h"
#include "base/random.h"

#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace net {

namespace {

void write_new_keys(int fd, const std::string& file)
{
    const TicketKeys keys = new_ticket_keys();
    base::write_all(fd, {reinterpret_cast<const char*>(keys.data()), keys.size()}, file);
}

// "/proc/self/fd/7" is descriptor 7, also when we are not dumpable and /proc is closed to
// us.
base::Fd open_keys(const std::string& file)
{
    constexpr std::string_view descriptors = "/proc/self/fd/";
    int number = 0;
    const char* const last = file.data() + file.size();
    if (file.starts_with(descriptors)) {
        const auto [end, error] =
            std::from_chars(file.data() + descriptors.size(), last, number);
        if (error == std::errc{} && end == last)
            return base::Fd(::fcntl(number, F_DUPFD_CLOEXEC, 0));
    }
    return base::Fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
}

[[noreturn]] void refuse(const std::string& file, const char* why)
{
    throw base::Failure(base::Remedy::fix_config, "ticket keys " + file + ": " + why);
}

} // namespace

TicketKeys new_ticket_keys()
{
    TicketKeys keys{};
    base::fill_random(keys);
    return keys;
}

const TicketKeys& own_ticket_keys()
{
    static const TicketKeys keys = new_ticket_keys();
    return keys;
}

TicketKeys read_ticket_keys(const std::string& file)
{
    const base::Fd fd = open_keys(file);
    if (!fd)
        base::fail_errno("open", file, base::Remedy::fix_config);
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        base::fail_errno("stat", file, base::Remedy::fix_config);
    if ((status.st_mode & 077) != 0)
        refuse(file, "others can read or write it, must be mode 600");
    TicketKeys keys{};
    if (status.st_size != static_cast<off_t>(keys.size()) ||
        ::pread(fd.get(), keys.data(), keys.size(), 0) != static_cast<ssize_t>(keys.size()))
        refuse(file, "must be 80 bytes long");
    return keys;
}

void write_ticket_keys(const std::string& file)
{
    const std::string draft = file + ".new";
    // Left by a crash or not: what is half written is replaced, never read.
    (void)::unlink(draft.c_str());
    {
        const base::Fd fd(
            ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!fd)
            base::fail_errno("create", draft);
        write_new_keys(fd.get(), draft);
    }
    if (std::rename(draft.c_str(), file.c_str()) != 0)
        base::fail_errno("rename", draft);
}

base::Fd ticket_keys_in_memory()
{
    base::Fd fd(::memfd_create("tls-ticket-keys", 0)); // inherited on purpose
    if (!fd)
        base::fail_errno("memfd_create", "ticket keys", base::Remedy::repair_system);
    (void)::fchmod(fd.get(), 0600); // for read_ticket_keys()
    write_new_keys(fd.get(), "ticket keys");
    return fd;
}

} // namespace net
