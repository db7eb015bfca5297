// SPDX-License-Identifier: Apache-2.0
// How much of his mail a user has found for him at once.
#include "base/failure.h"
#include "own_plan.h"
#include "ums/scene_test.h"

#include <doctest/doctest.h>

namespace {

struct Scene : ums::Scene {
    [[nodiscard]] std::size_t found(replayctl::AtOnce at_once)
    {
        replayctl::Caller caller{.place = {},
                                 .who = {},
                                 .addresses = {"bob@u.test"},
                                 .limits = {},
                                 .facts = facts,
                                 .at_once = at_once};
        caller.place.spool = spool.directory();
        return find_own({}, caller).size();
    }
};

} // namespace

TEST_CASE("replayctl: who has much mail, or mail to very many, says which he means")
{
    Scene scene;
    std::vector<std::string> many{"bob@u.test"};
    for (int i = 0; i < 2000; ++i)
        many.push_back("member" + std::to_string(i) + "@elsewhere.test");
    (void)scene.put({"bob@u.test"});
    (void)scene.put(many);
    CHECK(scene.found({}) == 2);
    CHECK(scene.found({.messages = 2}) == 2);
    CHECK_THROWS_WITH_AS((void)scene.found({.messages = 1}),
                         "more than 1 messages: say which", base::Failure);
    CHECK_THROWS_WITH_AS((void)scene.found({.octets = 100'000}),
                         "messages with too many recipients together: say which",
                         base::Failure);
}
