// SPDX-License-Identifier: Apache-2.0
// proxy/conversation.h - a protocol's follower, as the relay sees it.
#pragma once

#include "text/passage.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace proxy {

class Conversation {
public:
    virtual ~Conversation() = default;

    // Bytes of one side, and what goes on to the other.  Returns how many were taken.  Of
    // the client fewer are taken when must_wait(); of the server, when what goes on must be
    // written before compress_now() is obeyed.
    virtual std::size_t client(std::string_view bytes, text::Passage& to_server) = 0;
    virtual std::size_t server(std::string_view bytes, text::Passage& to_client) = 0;
    // All that goes on has been written; the bytes are still where they were.
    virtual void passed() {}
    // Nothing of the client can be taken before the server has said more.
    [[nodiscard]] virtual bool must_wait() const = 0;
    // The server has not answered all that was asked.
    [[nodiscard]] virtual bool owes_answers() const { return false; }
    // The client has taken its leave, and was answered.
    [[nodiscard]] virtual bool has_quit() const { return false; }
    // The client's leg is compressed from here on.
    [[nodiscard]] virtual bool compress_now() const { return false; }
    // Not empty: the session has to end, and why.
    [[nodiscard]] virtual std::string_view trouble() const = 0;
    // What may be said to the client now before the connection is closed, between two
    // answers of the server; empty: nothing.
    [[nodiscard]] virtual std::string farewell(std::string_view /*why*/) const
    {
        return {};
    }
    // The connection is over.
    virtual void ended() = 0;
};

} // namespace proxy
