// SPDX-License-Identifier: Apache-2.0
#include "ums/mailboxes.h"

#include "base/clock.h"
#include "base/failure.h"
#include "net/event.h"
#include "session/worker_pool.h"
#include "ums/owners.h"
#include "ums/queue_scan.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace ums {

namespace {

constexpr base::milliseconds patience{2000};
constexpr std::size_t others_turn = 512; // steps, then others have theirs

template <class Result>
using Outcome = std::expected<Result, base::Failure>;

} // namespace

// Loading is a dialogue of its own: it outlives the one that began it.
struct Mailboxes::State {
    State(net::Loop& l, Options o, delivery::Facts& f)
        : loop(l), options(std::move(o)), facts(f), reader(options.spool),
          scan(options.spool), worker(std::in_place, 1, 1)
    {
    }

    net::Loop& loop;
    Options options;
    delivery::Facts& facts;
    MailIndex index;
    spool::Reader reader;

    bool loading = false;
    bool complete = false;                // it was loaded once
    std::optional<base::Failure> failure; // of the last time
    std::optional<std::uint64_t> mapped;  // version of the facts
    base::SteadyTime started{};           // the last time
    base::SteadyTime next{};              // not before
    base::milliseconds spent{};           // the last time
    std::size_t steps = 0;                // since others had their turn
    std::vector<std::shared_ptr<net::Event>> waiting;

    QueueScan scan; // the worker's, while it works
    std::optional<session::WorkerPool> worker;

    template <class Work>
    net::Task<std::invoke_result_t<Work>> on_worker(Work work);
    net::Task<void> others(std::size_t more);
    net::Task<void> find_owners(ReadMail& mail);
    net::Task<void> take(std::vector<ReadMail> mails);
    net::Task<void> update();
    static net::Task<void> load(std::shared_ptr<State> state);
    void finish_load();
    void let_go();
    [[nodiscard]] bool waits() const;
    [[nodiscard]] std::expected<MailText, spool::ReadError> open(spool::MessageId id);
};

// Throws what it throws.
template <class Work>
net::Task<std::invoke_result_t<Work>> Mailboxes::State::on_worker(Work work)
{
    using Result = std::invoke_result_t<Work>;
    net::Promise<Outcome<Result>> promise(loop);
    const auto set = promise.setter();
    const auto run = [set, work = std::move(work)] {
        try {
            set(work());
        } catch (const base::Failure& failure) {
            set(std::unexpected(failure));
        } catch (const std::exception& trouble) {
            set(std::unexpected(base::Failure(base::Remedy::try_later, trouble.what())));
        }
    };
    if (!worker || !worker->submit(run))
        throw base::Failure(base::Remedy::try_later, "load the queue: stopping");
    Outcome<Result> outcome = co_await promise.get();
    if (!outcome)
        throw outcome.error();
    co_return std::move(*outcome);
}

// Others have their turn, if there were so many steps.
net::Task<void> Mailboxes::State::others(std::size_t more)
{
    steps += more;
    if (steps < others_turn)
        co_return;
    steps = 0;
    net::Promise<bool> promise(loop);
    promise.setter()(true);
    (void)co_await promise.get();
}

// A recipient may lead to a thousand users: what counts is how often the facts are asked.
net::Task<void> Mailboxes::State::find_owners(ReadMail& mail)
{
    CountedFacts counted(facts);
    OwnerSearch search(mail.addressed, counted);
    const auto recipients = static_cast<std::uint32_t>(mail.addressed.recipients.size());
    for (std::uint32_t i = 0; i < recipients; ++i) {
        const std::size_t before = counted.questions();
        if (mail.addressed.waits[i]) {
            const Owners owners = search.of(i);
            for (const std::string& user : owners.users)
                mail.mail.owners.push_back({user, i, owners.shared});
        }
        co_await others(counted.questions() - before + 1);
    }
}

net::Task<void> Mailboxes::State::take(std::vector<ReadMail> mails)
{
    for (ReadMail& mail : mails) {
        co_await find_owners(mail);
        index.put(mail.id, mail.mail);
        co_await others(mail.mail.owners.size() + 1);
    }
}

net::Task<void> Mailboxes::State::update()
{
    const std::uint64_t version = facts.version();
    const bool anew = mapped != version;
    const auto compare = [this, anew] { return scan.compare(index, anew); };
    const auto read = [this] { return scan.read(); };
    const QueueScan::Changes changes = co_await on_worker(compare);
    for (const spool::MessageId id : changes.gone)
        index.drop(id);
    for (const auto& [id, where] : changes.moved)
        index.move(id, where);
    for (std::size_t left = changes.to_read; left > 0;) {
        std::vector<ReadMail> mails = co_await on_worker(read);
        if (mails.empty())
            break;
        left -= std::min(left, mails.size());
        co_await take(std::move(mails));
        if (!waits())
            let_go();
    }
    mapped = version;
}

// What others wait for, unless they have something and it takes long.
bool Mailboxes::State::waits() const
{
    return !complete || base::Steady::now() < started + patience;
}

void Mailboxes::State::let_go()
{
    for (const auto& one : std::exchange(waiting, {}))
        one->set();
}

std::expected<MailText, spool::ReadError> Mailboxes::State::open(spool::MessageId id)
{
    const MailIndex::Known* const known = index.find(id);
    if (known == nullptr)
        return std::unexpected(spool::ReadError::gone);
    return MailText::open(reader, known->where, id);
}

net::Task<void> Mailboxes::State::load(std::shared_ptr<State> state)
{
    try {
        co_await state->update();
        const auto close = [&scan = state->scan] {
            scan.close();
            return true;
        };
        (void)co_await state->on_worker(close);
        state->failure.reset();
        state->complete = true;
    } catch (const base::Failure& failure) {
        state->failure = failure;
    } catch (const std::exception& trouble) { // no memory
        state->failure.emplace(base::Remedy::try_later, trouble.what());
    }
    if (state->failure)
        state->scan.close();
    state->finish_load();
}

void Mailboxes::State::finish_load()
{
    const base::SteadyTime now = base::Steady::now();
    spent = std::chrono::duration_cast<base::milliseconds>(now - started);
    next = std::max(started + options.fresh_for, now + options.rest * spent);
    loading = false;
    reader.forget_deleted();
    let_go();
}

Mailboxes::Mailboxes(net::Loop& loop, Options options, delivery::Facts& facts)
    : state_(std::make_shared<State>(loop, std::move(options), facts))
{
}

Mailboxes::~Mailboxes()
{
    state_->worker.reset(); // it ends what it does
}

net::Task<void> Mailboxes::refresh()
{
    const std::shared_ptr<State> state = state_;
    if (!state->loading && base::Steady::now() >= state->next) {
        state->loading = true;
        state->started = base::Steady::now();
        state->loop.spawn("mailboxes", State::load(state));
    }
    const bool slow = state->complete && state->spent > patience;
    if (state->loading && !slow && state->waits()) {
        const auto done = std::make_shared<net::Event>(state->loop);
        state->waiting.push_back(done);
        co_await done->wait();
    }
    if (state->failure)
        throw *state->failure;
}

std::vector<Mail> Mailboxes::of(const std::string& folded_user,
                                const std::set<spool::MessageId>& hidden) const
{
    return state_->index.of(folded_user, state_->options.messages, hidden);
}

net::Task<std::expected<MailText, spool::ReadError>> Mailboxes::open(Mail mail)
{
    const std::shared_ptr<State> state = state_;
    auto text = state->open(mail.id);
    if (text || text.error() != spool::ReadError::gone)
        co_return text;
    try {
        co_await refresh();
    } catch (const base::Failure&) { // what was known is what there is
    }
    co_return state->open(mail.id);
}

bool Mailboxes::has(spool::MessageId id) const
{
    return !state_->complete || state_->index.has(id);
}

} // namespace ums
