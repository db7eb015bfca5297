// SPDX-License-Identifier: Apache-2.0
// proxy/list_keeper.cc - see the header.
#include "proxy/list_keeper.h"

#include "base/failure.h"
#include "base/log.h"
#include "proxy/learned_users.h"
#include "spool/layout.h"

#include <algorithm>
#include <filesystem>
#include <sys/resource.h>
#include <utility>

namespace proxy {

namespace {

constexpr int niceness = 19; // users come first
// What does not change is written again now and then, so that its age tells when the user
// was seen.
constexpr std::int64_t seldom = 86400;
constexpr std::int64_t nanoseconds = 1'000'000'000;

bool is_fresh(const spool::MailboxLists::Stamp& stamp, base::seconds age)
{
    const std::int64_t since = base::wall_seconds() - stamp.written / nanoseconds;
    return since < std::min<std::int64_t>(seldom, age.count() / 4) && since > -seldom;
}

} // namespace

ListKeeper::ListKeeper(Options options, Policy policy)
    : options_(std::move(options)), lists_(options_.spool), memory_(options_.memory),
      policy_(std::move(policy)), forgets_now_(options_.forgets), known_(options_.users),
      thread_([this] { run(); })
{
}

void ListKeeper::finish(base::milliseconds time)
{
    if (!thread_.joinable())
        return;
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        stop_by_ = base::Steady::now() + time;
    }
    wake_.notify_all();
    thread_.join();
}

void ListKeeper::set_policy(Policy policy)
{
    {
        const std::scoped_lock lock(mutex_);
        policy_ = std::move(policy);
        forgets_now_ = options_.forgets;
    }
    wake_.notify_all();
}

std::unique_ptr<pop3::ListWatcher> ListKeeper::watch(const std::string& user)
{
    // Only set_policy() changes it, and that is called by the same thread.
    if (policy_.most == 0 || !is_learned_from(user, policy_.domains))
        return nullptr;
    return std::make_unique<pop3::ListWatcher>(policy_.most, memory_);
}

void ListKeeper::take(const std::string& user, std::unique_ptr<pop3::ListWatcher> watcher)
{
    tell_shortage();
    if (!watcher || !watcher->has_seen())
        return;
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_.size() >= options_.waiting && !waiting_.contains(user))
            return; // at a later session
        const auto [place, first] = waiting_.try_emplace(user);
        Waiting& waiting = place->second;
        if (first)
            waiting.due = base::Steady::now() + options_.turn;
        if (watcher->is_whole())
            waiting.seen.clear();
        else if (waiting.seen.size() == most_sessions)
            waiting.seen.erase(waiting.seen.begin());
        waiting.seen.push_back({std::move(watcher), base::wall_microseconds()});
        if (waiting_.size() > 1)
            return; // it looks at its clock already
    }
    wake_.notify_all();
}

void ListKeeper::tell_shortage()
{
    if (memory_.is_to_be_told())
        base::log(base::Level::warning, "lists-without-room", "-",
                  {{"octets", memory_.octets()}});
}

// Everything within a turn is looked at together: a session costs no waking up.
void ListKeeper::run()
{
    (void)::setpriority(PRIO_PROCESS, 0, niceness); // of this thread only
    std::unique_lock lock(mutex_);
    for (bool last = false; !last;) {
        if (waiting_.empty())
            wake_.wait_for(lock, between_forgetting, [this] {
                return stopping_ || forgets_now_ || !waiting_.empty();
            });
        else
            wake_.wait_for(lock, options_.turn, [this] { return stopping_; });
        last = stopping_;
        const bool forgets = std::exchange(forgets_now_, false);
        Users users = due(last);
        const Policy policy = policy_;
        lock.unlock();
        if (forgets || (options_.forgets && base::Steady::now() >= forgets_next_))
            forget(policy);
        look_at(std::move(users), policy);
        lock.lock();
    }
}

void ListKeeper::forget(const Policy& policy)
{
    forgets_next_ = base::Steady::now() + between_forgetting;
    const std::size_t lists =
        lists_.forget_older(policy.most > 0 ? policy.age : base::seconds::min());
    if (lists > 0)
        base::log(base::Level::info, "lists-forgotten", "-", {{"lists", lists}});
}

// Those whose turn it is are taken.
ListKeeper::Users ListKeeper::due(bool all)
{
    Users users;
    const base::SteadyTime now = base::Steady::now();
    for (auto next = waiting_.begin(); next != waiting_.end();) {
        const auto one = next++;
        if (!all && one->second.due > now)
            continue;
        const Known* const known = known_.find(one->first);
        if (!all && known != nullptr && known->rests_until > now)
            one->second.due = known->rests_until;
        else
            users.insert(waiting_.extract(one));
    }
    return users;
}

void ListKeeper::look_at(Users users, const Policy& policy)
{
    if (policy.most == 0)
        return;
    std::size_t left = users.size();
    for (const auto& [user, waiting] : users) {
        if (is_late()) {
            base::log(base::Level::warning, "lists-not-remembered", "-",
                      {{"lists", left}, {"error", "no time left at the end"}});
            return;
        }
        --left;
        try {
            compare(user, waiting.seen, policy);
            failing_ = false;
        } catch (const base::Failure& failure) {
            note_failure(user, failure.what());
        } catch (const std::exception& trouble) { // no memory
            note_failure(user, trouble.what());
        }
    }
}

bool ListKeeper::is_late()
{
    const std::scoped_lock lock(mutex_);
    return base::Steady::now() >= stop_by_;
}

void ListKeeper::note_failure(const std::string& user, const char* why)
{
    if (!std::exchange(failing_, true))
        base::log(base::Level::warning, "list-not-remembered", "-",
                  {{"user", user}, {"error", std::string_view(why)}});
}

// The usual case costs one stat(2).
bool ListKeeper::is_known(const Known& known, const pop3::ListWatcher& seen,
                          const Policy& policy)
{
    const bool unchanged = seen.is_whole() && known.most == policy.most &&
                           known.digest == seen.digest() &&
                           (known.sized || !seen.knows_sizes());
    return unchanged && (!known.stamp || is_fresh(*known.stamp, policy.age));
}

void ListKeeper::compare(const std::string& user, const std::vector<Seen>& seen,
                         const Policy& policy)
{
    const auto stamp = lists_.stamp(user);
    const pop3::ListWatcher& last = *seen.back().watcher;
    Known known;
    if (const Known* const found = known_.find(user); found != nullptr)
        known = *found;
    if (known.stamp == stamp && is_known(known, last, policy))
        return;
    const spool::KeptList kept = lists_.read(user);
    spool::KeptList fresh = kept;
    const std::int64_t now = base::wall_microseconds();
    const auto is_overtaken = [&](const Seen& one) { // by another process
        return one.time < kept.time && kept.time <= now;
    };
    for (const Seen& one : seen) {
        if (is_overtaken(one))
            continue;
        fresh.mails = pop3::take_in(fresh.mails, one.watcher->sighting(), policy.most);
        fresh.time = one.time;
    }
    const bool aged = stamp && !is_fresh(*stamp, policy.age);
    if (fresh.mails != kept.mails || (aged && !fresh.mails.empty())) {
        write(user, fresh);
        known.rests_until = base::Steady::now() + options_.rest;
    }
    known.stamp = lists_.stamp(user);
    known.digest = last.digest();
    known.sized = std::ranges::none_of(
        fresh.mails, [](const pop3::Listed& one) { return one.octets == 0; });
    const bool as_listed = last.is_whole() && !is_overtaken(seen.back());
    known.most = as_listed ? policy.most : 0;
    known_.add(user, known);
}

void ListKeeper::write(const std::string& user, const spool::KeptList& list)
{
    std::error_code error;
    // Of that directory: under systemd nothing else of the spool is there.
    const std::string directory = spool::lists_directory(options_.spool);
    const auto room = std::filesystem::space(directory, error);
    if (!error && room.available < options_.free_space)
        throw base::Failure(base::Remedy::check_disk, directory + ": no space left");
    lists_.write(user, list);
}

} // namespace proxy
