// SPDX-License-Identifier: Apache-2.0
// proxy/learner.cc - see the header.
#include "proxy/learner.h"

#include "base/failure.h"
#include "base/wipe.h"
#include "proxy/learned_users.h"
#include "sasl/password.h"

#include <algorithm>
#include <memory>
#include <sys/resource.h>
#include <utility>

namespace proxy {

namespace {

using journal::Learned;

constexpr int niceness = 19; // users come first
constexpr std::int64_t microseconds = 1'000'000;
// A proof that is told once a day is enough, unless what nobody proves goes sooner.
constexpr std::int64_t between_proofs = 86400 * microseconds;
// A line may be lost, and so may a database: then all is told anew.
constexpr std::int64_t between_lessons = 7 * between_proofs;

// Then the clock has been set back since.
constexpr std::int64_t too_far_ahead = 86400 * microseconds;

} // namespace

Learner::Learner(Options options, Report report)
    : options_(std::move(options)), report_(std::move(report)), users_(options_.users),
      worker_(1, options_.waiting)
{
    // Of this thread only, setpriority(2).
    (void)worker_.submit([] { (void)::setpriority(PRIO_PROCESS, 0, niceness); });
}

void Learner::set_policy(std::vector<std::string> domains, base::seconds age)
{
    options_.domains = std::move(domains);
    options_.age = age;
}

Learner::Known Learner::known(const std::string& user)
{
    const std::scoped_lock lock(mutex_);
    const Known* const found = users_.find(user);
    return found != nullptr ? *found : Known{};
}

void Learner::remember(const std::string& user, Known known)
{
    const std::scoped_lock lock(mutex_);
    users_.add(user, std::move(known));
}

// A session goes on whatever happens here.
void Learner::accepted(const std::string& user, std::string_view password)
{
    if (password.empty() || !is_learned_from(user, options_.domains))
        return;
    try {
        Known before = known(user);
        const session::LoginTag tag = tags_.of({user, password});
        if (before.tag != tag || is_due(before))
            learn(user, password, tag);
        else
            prove(user, std::move(before));
    } catch (const base::Failure&) { // no memory: at a later login
    }
}

void Learner::refused(const std::string& user, std::string_view password)
{
    if (!is_learned_from(user, options_.domains))
        return;
    try {
        Known before = known(user);
        if (before.tag.empty() || before.tag != tags_.of({user, password}))
            return;
        Known after = before;
        after.tag.clear();
        tell(Learned::What::forgotten, user, {std::move(before), std::move(after)});
    } catch (const base::Failure&) { // as above
    }
}

// Another process may have learned the same password since; what we prove is not that, and
// it must not grow too old.
bool Learner::is_due(const Known& known) const
{
    const std::int64_t due =
        std::min(between_lessons, options_.age.count() * microseconds / 2);
    const std::int64_t since = options_.clock() - known.learned;
    return since >= due || since < -too_far_ahead;
}

void Learner::prove(const std::string& user, Known known)
{
    const std::int64_t now = options_.clock();
    const std::int64_t due =
        std::min(between_proofs, options_.age.count() * microseconds / 4);
    if (now - known.proved < due)
        return;
    Known after = known;
    after.proved = now;
    tell(Learned::What::proved, user, {std::move(known), std::move(after)});
}

void Learner::learn(const std::string& user, std::string_view password,
                    const session::LoginTag& tag)
{
    const std::int64_t now = options_.clock();
    last_ = last_ > now + too_far_ahead ? now : std::max(now, last_ + 1);
    const std::int64_t learned = last_;
    Known before = known(user);
    remember(user, {.tag = tag, .learned = learned, .proved = learned});
    const auto secret = std::make_shared<const base::Secret>(password);
    const bool placed = worker_.submit(
        [this, user, learned, secret] { make_verifier(user, learned, secret->text()); });
    if (!placed)
        remember(user, std::move(before));
}

// Behind the verifiers that are being made.
void Learner::tell(Learned::What what, const std::string& user, Change change)
{
    remember(user, change.after);
    const auto told = std::make_shared<const Change>(std::move(change));
    const bool placed = worker_.submit([this, what, user, told] {
        if (!report_({what, user, told->before.learned, {}}))
            take_back(user, *told);
    });
    if (!placed)
        take_back(user, *told);
}

// What could not be told is told when there is reason for it again; unless something newer
// is known by now.
void Learner::take_back(const std::string& user, const Change& change)
{
    const std::scoped_lock lock(mutex_);
    if (const Known* const found = users_.find(user); found && *found == change.after)
        users_.add(user, change.before);
}

// On our own thread.
void Learner::make_verifier(const std::string& user, std::int64_t learned,
                            std::string_view password)
{
    try {
        if (report_({Learned::What::learned, user, learned, sasl::argon2id_hash(password)}))
            return;
    } catch (const base::Failure&) { // no memory
    }
    lose(user, learned);
}

// It is learned at the next login.
void Learner::lose(const std::string& user, std::int64_t learned)
{
    const std::scoped_lock lock(mutex_);
    if (const Known* const found = users_.find(user); found && found->learned == learned)
        users_.add(user, {});
}

} // namespace proxy
