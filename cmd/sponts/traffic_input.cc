// SPDX-License-Identifier: Apache-2.0
#include "traffic_input.h"

#include "base/failure.h"
#include "base/fd.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace sponts {

namespace {

std::size_t read_some(int fd, char* at, std::size_t room, std::string_view name)
{
    for (;;) {
        const ssize_t count = ::read(fd, at, room);
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno != EINTR)
            base::fail_errno("read", name, base::Remedy::supply_input);
    }
}

class Splitter {
public:
    explicit Splitter(const LineTaker& taker) : taker_(&taker), buffer_(longest_line, '\0')
    {
    }

    // False at the end of the file.
    bool read(int fd, std::string_view name)
    {
        const std::size_t count =
            read_some(fd, buffer_.data() + held_, buffer_.size() - held_, name);
        const std::string_view all(buffer_.data(), held_ + count);
        std::string_view rest = all;
        for (std::size_t from = held_;; from = 0) {
            const auto end = rest.find('\n', from);
            if (end == std::string_view::npos)
                break;
            take(rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
        keep(rest);
        return count > 0;
    }

    void end() const
    {
        if (held_ > 0 || too_long_)
            taker_->broken_line();
    }

private:
    void take(std::string_view line)
    {
        if (too_long_)
            taker_->broken_line();
        else
            taker_->line(line);
        too_long_ = false;
    }

    // Of a line that is too long nothing is kept.
    void keep(std::string_view rest)
    {
        too_long_ = too_long_ || rest.size() == buffer_.size();
        held_ = too_long_ ? 0 : rest.size();
        std::memmove(buffer_.data(), rest.data(), held_);
    }

    const LineTaker* taker_;
    std::string buffer_;
    std::size_t held_ = 0; // the beginning of a line
    bool too_long_ = false;
};

} // namespace

void read_lines(int fd, std::string_view name, const LineTaker& taker)
{
    Splitter splitter(taker);
    while (splitter.read(fd, name))
        ;
    splitter.end();
}

void read_lines(const std::string& file, const LineTaker& taker)
{
    const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        base::fail_errno("open", file, base::Remedy::supply_input);
    read_lines(fd.get(), file, taker);
}

} // namespace sponts
