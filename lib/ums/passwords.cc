// SPDX-License-Identifier: Apache-2.0
#include "ums/passwords.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/wipe.h"
#include "net/event.h"
#include "sasl/password.h"

#include <utility>

namespace ums {

namespace {

constexpr base::seconds remembered{60};

// Hashed for users who are not known.  Nobody knows a password that fits.
constexpr std::string_view nobodys = "$argon2id$v=19$m=19456,t=2,p=1$c3BvbnRzLW5vYm9keQ$"
                                     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

} // namespace

Passwords::Passwords(net::Loop& loop, session::WorkerPool& workers, Options options)
    : loop_(loop), workers_(workers), options_(std::move(options)),
      policy_(options_.database), cache_(remembered), guesses_(options_.guesses)
{
}

void Passwords::change(Options options)
{
    options_.age = options.age;
    options_.guesses = options.guesses;
    guesses_.set_limits(options.guesses);
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

net::Task<bool> Passwords::verify(std::string verifier, std::string password)
{
    net::Promise<bool> verified(loop_);
    const auto set = verified.setter();
    const bool queued = workers_.submit([set, verifier, password]() mutable {
        const bool right = sasl::argon2id_verify(verifier, password);
        base::wipe(password);
        set(right);
    });
    base::wipe(password);
    if (!queued)
        throw base::Failure(base::Remedy::try_later, "too many logins at once");
    const bool right = co_await verified.get();
    co_return right;
}

net::Task<Passwords::Answer> Passwords::check(std::string user, std::string password,
                                              net::Address client)
{
    const base::Wiped wiped(password);
    Answer answer{.verdict = Verdict::wrong, .why = "wrong password"};
    try {
        const std::optional<std::string> verifier = verifier_of(user);
        if (verifier && !guesses_.may_try(user, client, base::wall_seconds()))
            co_return Answer{Verdict::paused, "too many wrong passwords"};
        const std::string hash = verifier ? *verifier : std::string(nobodys);
        bool right = verifier && cache_.knows(user, password, hash, base::Steady::now());
        if (!right)
            right = co_await verify(hash, password);
        if (!verifier) {
            answer.why = "no password was learned";
        } else if (right) {
            cache_.remember(user, password, hash, base::Steady::now());
            guesses_.right(user, client, base::wall_seconds());
            answer = {Verdict::right, {}};
        } else {
            guesses_.wrong(user, client, base::wall_seconds());
        }
    } catch (const base::Failure& failure) {
        answer = {Verdict::unknown, failure.what()};
    }
    co_return answer;
}

} // namespace ums
