// SPDX-License-Identifier: Apache-2.0
// ums/server.h - the inner doors of ums-popd: POP3 on the queue, in the clear, on Unix
// sockets that only programs of ours reach.
//
// pop-proxy and the front of ums-popd itself (proxy/pop3_server.h) connect to them as to
// any backend: they speak with the clients, and bring TLS, limits and logs.  They say by
// XCLIENT for whom they speak, and name users with their domain.
//
// Behind the door for pop-proxy the queue stands in for the mailbox, and is followed by
// what that listed; behind the other there is the queue alone.
#pragma once

#include "net/loop.h"
#include "session/reception.h"
#include "ums/deletions.h"
#include "ums/mailboxes.h"
#include "ums/passwords.h"
#include "ums/remembered.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ums {

// What the sessions work with; everything outlives the server.
struct World {
    net::Loop& loop;
    Mailboxes& mailboxes;
    Passwords& passwords;
    Deletions& deletions;
    Remembered& remembered;
};

enum class Shown : std::uint8_t { queue, mailbox };

class Server : public session::Reception {
public:
    static constexpr std::uint32_t most_sessions = 20'000;

    explicit Server(World world);

    // Opens a door and serves it until `stopping`.  As long as another process has it, it
    // waits for its turn.
    [[nodiscard]] net::Task<void> serve(std::string path, Shown shown,
                                        std::function<bool()> stopping);
    [[nodiscard]] const World& world() const { return world_; }

    // Where the doors are: pop-proxy's, and the front's.
    [[nodiscard]] static std::string door(std::string_view run_directory);
    [[nodiscard]] static std::string own_door(std::string_view run_directory);

protected:
    [[nodiscard]] std::string farewell(std::string_view why) const override;

private:
    [[nodiscard]] net::Task<void> serve_once(net::Address address, Shown shown,
                                             std::function<bool()> stopping);

    World world_;
};

} // namespace ums
