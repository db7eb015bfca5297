// SPDX-License-Identifier: Apache-2.0
#include "ums/remembered.h"

#include "base/failure.h"
#include "base/log.h"
#include "net/event.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace ums {

namespace {

using pop3::MailboxList;
using spool::MailboxLists;

constexpr std::size_t most_waiting = 20'000; // as many as there are sessions
constexpr std::size_t beside_id = 16; // its number, the end of the line; or its allocation
constexpr std::int64_t nanoseconds = 1'000'000'000;

void log_failed(const std::string& user, std::string_view why)
{
    base::log(base::Level::warning, "list-not-read", "-", {{"user", user}, {"error", why}});
}

// On our own thread, as take_in().
MailboxList read(const MailboxLists& lists, const std::string& user,
                 const Remembered::Options& options)
{
    const auto stamp = lists.stamp(user);
    if (!stamp ||
        base::wall_seconds() - stamp->written / nanoseconds >= options.age.count())
        return {};
    MailboxList list = lists.read(user).mails;
    if (list.size() > options.most)
        list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(options.most));
    return list;
}

// In the maildrop, and in an answer that lists it all.
std::size_t octets_of(const MailboxList& list)
{
    std::size_t octets = 0;
    for (const pop3::Listed& one : list)
        octets += sizeof(pop3::Drop) + 2 * (one.unique_id.size() + beside_id);
    return octets;
}

// When the mailbox listed it stays as it was: no later list of the server gives way to it.
void take_in(const MailboxLists& lists, const std::string& user, const pop3::Sighting& seen,
             const Remembered::Options& options)
{
    const spool::KeptList kept = lists.read(user);
    const spool::KeptList fresh{.mails = pop3::take_in(kept.mails, seen, options.most),
                                .time = kept.time};
    if (fresh != kept)
        lists.write(user, fresh);
}

} // namespace

std::vector<pop3::Drop> drops_of(const std::vector<Mail>& queued,
                                 const MailboxList& remembered)
{
    std::vector<pop3::Drop> drops;
    drops.reserve(queued.size() + remembered.size());
    std::unordered_set<std::string_view> ids;
    for (const Mail& mail : queued) {
        drops.push_back({.uid = mail.uid, .octets = mail.size});
        ids.insert(mail.uid);
    }
    for (const pop3::Listed& one : remembered)
        if (ids.insert(one.unique_id).second)
            drops.push_back(
                {.uid = one.unique_id, .octets = one.octets, .elsewhere = true});
    return drops;
}

Remembered::Remembered(net::Loop& loop, std::string spool, Options options,
                       std::size_t memory)
    : loop_(loop), lists_(std::move(spool)), options_(options),
      memory_(std::make_shared<pop3::ListMemory>(memory)), worker_(1, most_waiting)
{
}

net::Task<Remembered::Shown> Remembered::of(std::string user)
{
    if (options_.most == 0)
        co_return Shown{};
    std::optional<Shown> shown = co_await ask(std::move(user));
    if (!shown) {
        tell_shortage();
        throw base::Failure(base::Remedy::try_later, "too many long lists at once");
    }
    co_return std::move(*shown);
}

net::Task<std::optional<Remembered::Shown>> Remembered::ask(std::string user)
{
    net::Promise<std::optional<Shown>> promise(loop_);
    const auto work = [&lists = lists_, options = options_, memory = memory_,
                       user = std::move(user), set = promise.setter()] {
        MailboxList list;
        try {
            list = read(lists, user, options);
        } catch (const std::exception& trouble) {
            log_failed(user, trouble.what());
        }
        auto share = pop3::ListShare::take(memory, octets_of(list));
        if (share)
            set(Shown{.mails = std::move(list), .share = std::move(*share)});
        else
            set(std::nullopt);
    };
    if (!worker_.submit(work))
        throw base::Failure(base::Remedy::try_later, "too many logins at once");
    std::optional<Shown> shown = co_await promise.get();
    co_return shown;
}

void Remembered::tell_shortage()
{
    if (memory_->is_to_be_told())
        base::log(base::Level::warning, "lists-without-room", "-",
                  {{"octets", memory_->octets()}});
}

void Remembered::note(const std::string& user, pop3::Sighting seen)
{
    if (options_.most == 0 || (seen.there.empty() && seen.gone.empty()))
        return;
    const auto work = [&lists = lists_, options = options_, user, seen = std::move(seen)] {
        try {
            take_in(lists, user, seen, options);
        } catch (const std::exception& trouble) {
            log_failed(user, trouble.what());
        }
    };
    (void)worker_.submit(work); // what finds no place may be fetched once more
}

} // namespace ums
