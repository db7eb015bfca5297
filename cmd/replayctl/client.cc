// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include "base/failure.h"
#include "base/fd.h"
#include "frames.h"
#include "net/address.h"
#include "request.h"
#include "spool/id_list.h"
#include "spool/layout.h"

#include <climits>

#include <algorithm>
#include <array>
#include <iostream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace replayctl {

namespace {

using base::Failure;
using base::Remedy;

// A configuration that we may not read says nothing: the usual place then.
conf::Settings settings_of(const Call& call)
{
    try {
        return conf::read_settings(call.config);
    } catch (const Failure& failure) {
        if (failure.error() != EACCES)
            throw;
        conf::Settings usual;
        usual.replay.users = true;
        return usual;
    }
}

base::Fd connect_to(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw Failure(Remedy::fix_config, path + ": too long for a socket");
    path.copy(static_cast<char*>(address.sun_path), path.size());
    base::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                         sizeof address) != 0)
        base::fail_errno("reach the service at", path, Remedy::start_service);
    return fd;
}

// "-" are the ids on standard input.
Request request_of(const std::string& command, const Call& call)
{
    Request request{command, call};
    if (std::ranges::find(call.operands, "-") == call.operands.end())
        return request;
    request.call.operands.clear();
    for (const spool::MessageId id : spool::read_ids(call.operands, std::cin))
        request.call.operands.push_back(id.text());
    return request;
}

// A service that refuses us may close before it has read all: then it has answered.
void send_all(int socket, std::string_view octets)
{
    while (!octets.empty()) {
        const ssize_t count = ::send(socket, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR)
            return;
        octets.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
}

// What is to be written somewhere as soon as it takes it: the service never waits for who
// reads what we print.
struct Outlet {
    int fd;
    std::string rest{};

    void write_some()
    {
        // So much a pipe takes without waiting when poll(2) says that it takes anything.
        const ssize_t count =
            ::write(fd, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
        if (count < 0 && errno != EINTR && errno != EAGAIN)
            base::fail_errno("write",
                             fd == STDOUT_FILENO ? "standard output" : "standard error");
        rest.erase(0, static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
};

class Conversation {
public:
    explicit Conversation(int socket) : socket_(socket) {}

    int run()
    {
        while (!over_ || !output_.rest.empty() || !errors_.rest.empty()) {
            // What is not watched has a descriptor below zero.
            std::array<pollfd, 3> watched{
                pollfd{over_ ? -1 : socket_, POLLIN, 0},
                pollfd{output_.rest.empty() ? -1 : output_.fd, POLLOUT, 0},
                pollfd{errors_.rest.empty() ? -1 : errors_.fd, POLLOUT, 0}};
            if (::poll(watched.data(), watched.size(), -1) < 0)
                continue; // a signal
            if (watched[0].revents != 0)
                hear();
            if (watched[1].revents != 0)
                output_.write_some();
            if (watched[2].revents != 0)
                errors_.write_some();
        }
        if (!status_)
            throw Failure(Remedy::try_later, "the service broke off");
        return *status_;
    }

private:
    void hear()
    {
        std::array<char, 65'536> buffer{};
        const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
        if (count < 0 && errno == EINTR)
            return;
        parser_.take(
            {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))});
        while (!status_) {
            const std::optional<Frame> frame = parser_.next();
            if (!frame)
                break;
            take(*frame);
        }
        over_ = count <= 0 || status_ || parser_.is_malformed();
    }

    void take(const Frame& frame)
    {
        if (frame.kind == Frame::Kind::status)
            status_ = frame.octets.size() == 1
                          ? static_cast<unsigned char>(frame.octets.front())
                          : static_cast<int>(Remedy::report_bug);
        else
            (frame.kind == Frame::Kind::output ? output_ : errors_).rest += frame.octets;
    }

    int socket_;
    FrameParser parser_;
    Outlet output_{STDOUT_FILENO};
    Outlet errors_{STDERR_FILENO};
    std::optional<int> status_;
    bool over_ = false;
};

} // namespace

std::string service_socket(const std::string& run_directory)
{
    return run_directory + "/replay";
}

std::optional<std::string> service_for(const std::string& command, const Call& call)
{
    if (::geteuid() == 0 || call.has("spool") || command == "serve")
        return std::nullopt;
    const conf::Settings settings = settings_of(call);
    const std::string log = spool::log_directory(settings.general.spool);
    const bool may_not = ::access(log.c_str(), R_OK | W_OK | X_OK) != 0 && errno == EACCES;
    if (!may_not || !settings.replay.users)
        return std::nullopt;
    return service_socket(settings.general.run_directory);
}

int ask_service(const std::string& socket, const std::string& command, const Call& call)
{
    const std::string request = encode(request_of(command, call));
    const base::Fd service = connect_to(socket);
    send_all(service.get(), request);
    return Conversation(service.get()).run();
}

} // namespace replayctl
