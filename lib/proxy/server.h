// SPDX-License-Identifier: Apache-2.0
// proxy/server.h - what the sessions of one proxy process share.
#pragma once

#include "net/event.h"
#include "net/loop.h"
#include "proxy/backends.h"
#include "proxy/journal.h"
#include "proxy/learner.h"
#include "proxy/list_keeper.h"
#include "proxy/listener.h"
#include "session/reception.h"
#include "tap/tap.h"

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace proxy {

// The world of the sessions; everything outlives the server.
struct World {
    net::Loop& loop;
    Backends& backends;
    Journal& journal;
    tap::Tap* tap = nullptr;     // null: [tkuev] is not enabled
    Learner* learner = nullptr;  // null: logins teach nothing
    ListKeeper* lists = nullptr; // null: what mailboxes list is not remembered
};

// How many sessions each user has.  Counts only.
class UserPlaces {
public:
    // One of them, given back with this; false: there were `limit` already.
    class Place {
    public:
        Place() = default;
        Place(UserPlaces& places, std::string user, std::uint32_t limit);
        Place(Place&& other) noexcept;
        Place& operator=(Place&& other) noexcept;
        ~Place();
        explicit operator bool() const { return places_ != nullptr; }

    private:
        UserPlaces* places_ = nullptr;
        std::string user_;
    };

private:
    std::unordered_map<std::string, std::uint32_t> open_;
};

class Session;

class Server : public session::Reception {
public:
    Server(World world, session::ClientRates rates)
        : Reception(world.loop, rates), world_(world)
    {
    }

    // A connection was accepted: admits it or turns it away.
    void serve(base::Fd fd, const net::Address& peer, ListenerPtr listener);

    [[nodiscard]] const World& world() const { return world_; }
    [[nodiscard]] UserPlaces& users() { return users_; }

    // Sessions that have not logged in, the oldest first.
    using Strangers = std::list<Session*>;
    [[nodiscard]] Strangers& strangers() { return strangers_; }

    // What the backend of a listener has said of its capabilities, in the protocol's own
    // form.  Asked by ask() when nobody has, then remembered; asked again in the background
    // when it is older than five minutes.  Nobody waits when a question has been open for
    // two seconds: they get what was known before.  Nothing: no backend, or none that has
    // answered (which is remembered for some seconds).
    [[nodiscard]] net::Task<std::optional<std::string>> facts_of(ListenerPtr listener);
    // Somebody has heard it anew.
    void learn(const std::string& listener, std::string facts);
    // After a reload: asked again at once, but until there is an answer the old is the best
    // there is.
    virtual void forget_facts();
    // Backends that are out are greeted now and then, as long as the loop runs.
    virtual void watch_backends() {}

protected:
    [[nodiscard]] virtual std::unique_ptr<session::Guest>
    make_session(ListenerPtr listener, session::Arrival arrival) = 0;
    // Connects to the listener's backend and asks it.
    [[nodiscard]] virtual net::Task<std::optional<std::string>>
    ask(ListenerPtr listener) = 0;

private:
    // The oldest of those who have not logged in has had its time.
    void make_room(bool all) override;

    struct Facts {
        std::optional<std::string> text;
        base::SteadyTime due{};   // when to ask again
        base::SteadyTime asked{}; // the latest time
        bool asking = false;
        bool outdated = false; // by a reload: an answer is worth waiting for
        std::vector<net::Event*> waiting{};
    };
    [[nodiscard]] net::Task<void> renew(ListenerPtr listener);
    [[nodiscard]] net::Task<void> end_patience(ListenerPtr listener);
    static void wake(Facts& facts);

    World world_;
    UserPlaces users_;
    Strangers strangers_;
    std::unordered_map<std::string, Facts> facts_; // by listener
    std::uint64_t reloads_ = 0;
};

} // namespace proxy
