// SPDX-License-Identifier: Apache-2.0
// sponts/run_sockets.h - the listening sockets of the configuration, each opened once.
//
// They stay open while programs come and go, so that a connection that arrives during a
// restart waits in the backlog instead of being refused.
#pragma once

#include "conf/settings.h"
#include "net/listener.h"
#include "net/socket_file.h"
#include "run_process.h"

#include <vector>

namespace sponts {

class ListenSockets {
public:
    // Sockets that were passed to us stand for the listeners of the same name.
    explicit ListenSockets(std::vector<net::PassedSocket> passed);

    // Makes the set of sockets that of the configuration: opens new ones, closes those that
    // are gone, keeps the others.  All or nothing: on a Failure the old set stays.
    void follow(const std::vector<conf::Listener>& listeners);

    // What a program is to be given; the descriptors stay ours.
    [[nodiscard]] std::vector<NamedSocket> of_program(std::string_view program) const;

private:
    struct Open {
        std::string name;
        std::string program;
        std::string address;
        base::Fd fd;
        net::SocketFile file; // of a Unix socket that we opened
    };
    [[nodiscard]] base::Fd take_passed(const std::string& name);
    [[nodiscard]] Open* find(const conf::Listener& listener);

    std::vector<net::PassedSocket> passed_;
    std::vector<Open> open_;
};

} // namespace sponts
