// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_server.h - what the POP3 sessions of a process share.
#pragma once

#include "pop3/capabilities.h"
#include "proxy/pop3_backend.h"
#include "proxy/pop3_memory.h"
#include "proxy/server.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace proxy {

class Pop3Server : public Server {
public:
    using Server::Server;

    [[nodiscard]] Pop3Memory& memory() { return memory_; }
    // Of the listener's backend, before the login; nothing as long as it does not answer.
    [[nodiscard]] net::Task<std::optional<pop3::Capabilities>>
    capabilities_of(ListenerPtr listener);
    void forget_facts() override;
    void watch_backends() override;

protected:
    [[nodiscard]] std::unique_ptr<session::Guest>
    make_session(ListenerPtr listener, session::Arrival arrival) override;
    [[nodiscard]] net::Task<std::optional<std::string>> ask(ListenerPtr listener) override;
    [[nodiscard]] std::string farewell(std::string_view why) const override;

private:
    Pop3Memory memory_;
};

} // namespace proxy
