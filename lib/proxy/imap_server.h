// SPDX-License-Identifier: Apache-2.0
// proxy/imap_server.h - what the IMAP sessions of a process share.
#pragma once

#include "proxy/server.h"

namespace proxy {

class ImapServer : public Server {
public:
    using Server::Server;

protected:
    [[nodiscard]] std::unique_ptr<session::Guest>
    make_session(ListenerPtr listener, session::Arrival arrival) override;
    // The capabilities of the backend before a login.
    [[nodiscard]] net::Task<std::optional<std::string>> ask(ListenerPtr listener) override;
    [[nodiscard]] std::string farewell(std::string_view why) const override;
};

} // namespace proxy
