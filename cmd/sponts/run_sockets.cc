// SPDX-License-Identifier: Apache-2.0
#include "run_sockets.h"

#include "base/failure.h"

#include <algorithm>

namespace sponts {

ListenSockets::ListenSockets(std::vector<net::PassedSocket> passed)
    : passed_(std::move(passed))
{
}

base::Fd ListenSockets::take_passed(const std::string& name)
{
    for (net::PassedSocket& socket : passed_)
        if (socket.listening && socket.name == name && socket.fd)
            return std::move(socket.fd);
    return {};
}

ListenSockets::Open* ListenSockets::find(const conf::Listener& listener)
{
    const auto same = [&listener](const Open& open) {
        return open.name == listener.name && open.address == listener.address;
    };
    const auto found = std::ranges::find_if(open_, same);
    return found == open_.end() ? nullptr : &*found;
}

void ListenSockets::follow(const std::vector<conf::Listener>& listeners)
{
    std::vector<Open> fresh;
    for (const conf::Listener& listener : listeners) {
        if (find(listener) != nullptr)
            continue;
        base::Fd fd = take_passed(listener.name);
        net::SocketFile file;
        const auto address = net::Address::parse_endpoint(listener.address);
        if (!fd && address) {
            fd = net::listen_on(*address);
            file = net::SocketFile(*address);
        }
        if (fd)
            fresh.push_back({listener.name, listener.program, listener.address,
                             std::move(fd), std::move(file)});
    }
    for (const conf::Listener& listener : listeners)
        if (Open* open = find(listener))
            fresh.push_back(std::move(*open));
    open_ = std::move(fresh);
}

std::vector<NamedSocket> ListenSockets::of_program(std::string_view program) const
{
    std::vector<NamedSocket> sockets;
    for (const Open& open : open_)
        if (open.program == program)
            sockets.push_back({open.fd.get(), open.name});
    return sockets;
}

} // namespace sponts
