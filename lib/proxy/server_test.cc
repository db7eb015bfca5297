// SPDX-License-Identifier: Apache-2.0
#include "net/event.h"
#include "net/test_support.h"
#include "proxy/server.h"
#include "proxy/stage_test.h"

#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <utility>

using net::Task;
using proxy::ListenerPtr;
using proxy::UserPlaces;
using Place = proxy::UserPlaces::Place;
using Said = std::optional<std::string>;

namespace {

// Its backend answers when the test lets it.
class Asking : public proxy::Server {
public:
    explicit Asking(proxy::World world) : Server(world, {}), answers(world.loop) {}
    net::Event answers;
    Said answer;
    int questions = 0;

protected:
    Task<Said> ask(ListenerPtr) override
    {
        ++questions;
        co_await answers.wait();
        answers.clear();
        co_return answer;
    }
    std::unique_ptr<session::Guest> make_session(ListenerPtr, session::Arrival) override
    {
        return nullptr;
    }
    std::string farewell(std::string_view) const override { return {}; }
};

struct Scene {
    net::Loop loop;
    proxy::test::RouteTable routes;
    proxy::test::Notebook journal;
    proxy::Backends backends{loop, routes, nullptr};
    Asking server{{loop, backends, journal}};
    std::shared_ptr<proxy::Listener> listener = std::make_shared<proxy::Listener>();
    base::SteadyTime began = base::Steady::now();

    Scene()
    {
        listener->name = "imap";
        listener->backend = db::RouteHost{};
    }
    [[nodiscard]] bool within(base::milliseconds time) const
    {
        return base::Steady::now() < began + time;
    }
    void answer(Said facts)
    {
        server.answer = std::move(facts);
        server.answers.set();
    }
};

constexpr base::milliseconds moment{50};

Task<void> hear(Scene& scene, Said& facts)
{
    facts = co_await scene.server.facts_of(scene.listener);
}

Task<void> silent_backend(Scene& scene)
{
    Said facts = co_await scene.server.facts_of(scene.listener);
    CHECK_FALSE(facts);
    CHECK(scene.within(base::milliseconds(3800)));
    facts = co_await scene.server.facts_of(scene.listener); // waits no more
    CHECK_FALSE(facts);
    CHECK(scene.within(base::milliseconds(3800)));
    CHECK(scene.server.questions == 1);
    scene.answer("late");
    co_await net::sleep_for(scene.loop, moment);
    facts = co_await scene.server.facts_of(scene.listener);
    CHECK(facts == "late");
}

Task<void> reload_while_silent(Scene& scene)
{
    scene.server.learn("imap", "old");
    scene.server.forget_facts();
    Said facts = co_await scene.server.facts_of(scene.listener);
    CHECK(facts == "old");
    CHECK(scene.server.questions == 1);
    scene.answer(std::nullopt);
    co_await net::sleep_for(scene.loop, moment);
    facts = co_await scene.server.facts_of(scene.listener);
    CHECK(facts == "old");
    CHECK(scene.within(base::milliseconds(3800)));
}

Task<void> reload_with_an_answer(Scene& scene)
{
    scene.server.learn("imap", "old");
    scene.server.forget_facts();
    Said facts;
    scene.loop.spawn("-", hear(scene, facts));
    co_await net::sleep_for(scene.loop, moment);
    CHECK_FALSE(facts);
    scene.answer("new");
    co_await net::sleep_for(scene.loop, moment);
    CHECK(facts == "new");
}

Task<void> reload_while_clients_wait(Scene& scene)
{
    Said facts;
    scene.loop.spawn("-", hear(scene, facts));
    co_await net::sleep_for(scene.loop, moment);
    scene.server.forget_facts();
    co_await net::sleep_for(scene.loop, moment);
    CHECK_FALSE(facts);
    scene.answer("of before");
    co_await net::sleep_for(scene.loop, moment);
    CHECK(facts == "of before");
    scene.loop.spawn("-", hear(scene, facts));
    co_await net::sleep_for(scene.loop, moment);
    CHECK(scene.server.questions == 2);
    scene.answer("of now");
    co_await net::sleep_for(scene.loop, moment);
    CHECK(facts == "of now");
}

} // namespace

TEST_CASE("proxy: a backend that is silent keeps clients for two seconds, and only once")
{
    Scene scene;
    net::test::run(scene.loop, silent_backend(scene));
}

TEST_CASE("proxy: what a backend has said outlives a reload until it says it anew")
{
    for (const auto& play :
         {reload_while_silent, reload_with_an_answer, reload_while_clients_wait}) {
        Scene scene;
        net::test::run(scene.loop, play(scene));
    }
}

TEST_CASE("proxy: each user has so many places, and gets them back")
{
    UserPlaces places;
    Place one(places, "anna", 2);
    Place two(places, "anna", 2);
    CHECK(one);
    CHECK(two);
    CHECK_FALSE(Place(places, "anna", 2));
    CHECK(Place(places, "bert", 2));
    { // the first is given back with `gone`
        const Place gone = std::move(one);
        CHECK(gone);
        CHECK_FALSE(one);
        CHECK_FALSE(Place(places, "anna", 2));
    }
    one = Place(places, "anna", 2);
    CHECK(one);
    CHECK_FALSE(Place(places, "anna", 2));
}

TEST_CASE("proxy: no limit")
{
    UserPlaces places;
    Place one(places, "anna", 0);
    Place two(places, "anna", 0);
    CHECK(one);
    CHECK(two);
}
