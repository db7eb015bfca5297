// SPDX-License-Identifier: Apache-2.0
// session/reception.cc - see the header.

#include "session/reception.h"

#include "base/clock.h"
#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace session {

namespace {

net::Task<void> serve_guest(std::unique_ptr<Guest> guest)
{
    co_await guest->run();
}

struct Words {
    Admission admission;
    std::string_view key; // that says how many
    std::string_view told;
};

constexpr Words words[] = {
    {Admission::admitted, "none", "welcome"},
    {Admission::too_many, "connections", "too many connections, try again later"},
    {Admission::too_many_of_client, "connections-per-client",
     "too many connections from your address"},
    {Admission::too_fast, "connections-per-client-minute",
     "too many connections in a minute, try again later"},
};

const Words& words_for(Admission admission)
{
    return *std::ranges::find(words, admission, &Words::admission);
}

} // namespace

std::string_view describe(Admission admission)
{
    return words_for(admission).told;
}

std::string_view limit_of(Admission admission)
{
    return words_for(admission).key;
}

// Unique in this process and next to certain on this machine: the microsecond of its
// beginning, and the process.
std::string Reception::next_session_id()
{
    last_id_ = std::max(last_id_ + 1, base::wall_microseconds());
    return fmt::format("{:x}.{:x}", last_id_, process_);
}

// Without a dialogue of its own: whoever is too many must cost next to nothing.
void Reception::turn_away(int fd, std::string_view why) const
{
    const std::string line = farewell(why);
    (void)::send(fd, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

Admission Reception::may_enter(const net::Address& client, std::string_view id,
                               std::string_view listener)
{
    const Admission admission = limits_.enter(client, base::wall_seconds());
    if (admission != Admission::admitted)
        base::log(base::Level::notice, "client-refused", id,
                  {{"client", client.ip()},
                   {"listener", listener},
                   {"limit", limit_of(admission)},
                   {"reason", describe(admission)}});
    return admission;
}

void Reception::receive(base::Fd fd, const net::Address& peer, const Door& door,
                        MakeGuest make)
{
    std::string id = next_session_id();
    if (draining_) {
        turn_away(fd.get(), "shutting down, try again later");
        return;
    }
    if (limits_.under_load())
        make_room(limits_.full()); // for the next one, if this one finds no place
    if (!door.front_end) {
        const Admission admission = may_enter(peer, id, door.listener);
        if (admission != Admission::admitted) {
            if (!door.tls_at_once) // behind TLS nobody could read it
                turn_away(fd.get(), describe(admission));
            return;
        }
    }
    std::unique_ptr<Guest> guest;
    try {
        net::Stream stream(loop_, std::move(fd));
        guest = make({.id = id,
                      .stream = std::move(stream),
                      .peer = peer,
                      .counted = !door.front_end});
    } catch (...) { // no session will give the place back
        if (!door.front_end)
            limits_.leave(peer);
        throw;
    }
    loop_.spawn(std::move(id), serve_guest(std::move(guest)));
}

void Reception::drain()
{
    draining_ = true;
    for (Guest* guest : guests_)
        guest->drain();
}

void Reception::abort_all()
{
    for (Guest* guest : guests_)
        guest->abort();
}

void Reception::left(Guest* who)
{
    guests_.erase(who);
    if (guests_.empty() && tell_idle_)
        tell_idle_();
}

} // namespace session
