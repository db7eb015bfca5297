// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/rehearsal_talk.h - a client's side of a dialogue by lines; knows no protocol.
//
// What goes wrong is base::Failure(fix_data) with what the gateway said: a rehearsal needs
// a gateway that works.
#pragma once

#include "net/stream.h"
#include "net/tls.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tkuev {

class Talk {
public:
    Talk(net::Stream stream, std::string name);

    [[nodiscard]] net::Task<std::string> hear(); // a line, without its end
    [[nodiscard]] net::Task<std::string> hear_octets(std::size_t count);
    // Up to the line with a dot alone, which belongs to it; as on the wire.
    [[nodiscard]] net::Task<std::string> hear_dotted();
    [[nodiscard]] net::Task<void> say(std::string line); // its end is added
    [[nodiscard]] net::Task<void> send(std::string octets);
    // Whoever it is: gates_of() lets us talk to our own gateway only, on this machine.
    [[nodiscard]] net::Task<void> start_tls(const net::TlsContext& context);

    [[nodiscard]] bool is_tls() const { return stream_.is_tls(); }
    [[nodiscard]] std::uint16_t port() const { return stream_.local().port(); }
    [[noreturn]] void fail(std::string_view heard) const;

private:
    [[nodiscard]] net::Task<void> hear_more();

    net::Stream stream_;
    std::string name_; // for who reads of a failure: "imap"
    std::string heard_;
};

} // namespace tkuev
