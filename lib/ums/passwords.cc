// SPDX-License-Identifier: Apache-2.0
#include "ums/passwords.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/steady.h"
#include "base/wipe.h"
#include "session/verify_password.h"

#include <utility>

namespace ums {

namespace {

constexpr base::seconds remembered{60};

} // namespace

Passwords::Passwords(net::Loop& loop, session::WorkerPool& workers, Options options)
    : loop_(loop), workers_(workers), options_(std::move(options)),
      policy_(options_.database), cache_(remembered), guesses_(options_.guesses),
      strangers_(options_.guesses)
{
}

void Passwords::change(Options options)
{
    options_.age = options.age;
    options_.guesses = options.guesses;
    guesses_.set_limits(options.guesses);
    strangers_.set_limits(options.guesses);
}

// One that is too old is none, also if nobody has deleted it yet.
std::optional<std::string> Passwords::verifier_of(const std::string& user)
{
    std::optional<db::KnownPassword> known = policy_.verifier(user);
    constexpr std::int64_t second = 1'000'000;
    const std::int64_t oldest = base::wall_microseconds() - options_.age.count() * second;
    if (!known || known->proved_at < oldest)
        return std::nullopt;
    return std::move(known->verifier);
}

class Passwords::Turn {
public:
    Turn(Passwords& passwords, std::string user)
        : passwords_(passwords), user_(std::move(user))
    {
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn()
    {
        const auto found = passwords_.turns_.find(user_);
        if (found->second.empty()) {
            passwords_.turns_.erase(found);
            return;
        }
        const std::shared_ptr<net::Event> next = std::move(found->second.front());
        found->second.pop_front();
        // Not within this call: whoever is next may end at once, and so on.
        passwords_.loop_.post([next] { next->set(); });
    }

private:
    Passwords& passwords_;
    std::string user_;
};

net::Task<void> Passwords::wait_for_turn(std::string user)
{
    const auto [found, first] = turns_.try_emplace(std::move(user));
    if (first)
        co_return;
    const auto turn = std::make_shared<net::Event>(loop_);
    found->second.push_back(turn);
    co_await turn->wait();
}

net::Task<Passwords::Answer> Passwords::check(std::string user, std::string password,
                                              net::Address client)
{
    const base::Wiped wiped(password);
    co_await wait_for_turn(user);
    const Turn turn(*this, user);
    Answer answer;
    try {
        answer = co_await judge(user, password, client);
    } catch (const base::Failure& failure) {
        answer = {Verdict::unknown, failure.what()};
    }
    co_return answer;
}

net::Task<Passwords::Answer> Passwords::judge(std::string user, std::string password,
                                              net::Address client)
{
    const base::Wiped wiped(password);
    const std::optional<std::string> verifier = verifier_of(user);
    Guesses& guesses = verifier ? guesses_ : strangers_;
    if (!guesses.may_try(user, client, base::steady_seconds()))
        co_return Answer{Verdict::paused, "too many wrong passwords"};
    const std::string hash = verifier ? *verifier : std::string(session::nobodys_verifier);
    bool right = verifier && cache_.knows(user, password, hash, base::Steady::now());
    if (!right)
        right = co_await session::verify_password(loop_, workers_, hash, password);
    if (!verifier || !right) {
        guesses.wrong(user, client, base::steady_seconds());
        co_return Answer{Verdict::wrong,
                         verifier ? "wrong password" : "no password was learned"};
    }
    cache_.remember(user, password, hash, base::Steady::now());
    guesses.right(user, client, base::steady_seconds());
    co_return Answer{Verdict::right, {}};
}

} // namespace ums
