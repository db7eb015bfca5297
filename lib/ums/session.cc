// SPDX-License-Identifier: Apache-2.0
// ums/session.cc - the session's course, and what is said after the login.
#include "ums/session.h"

#include "base/failure.h"
#include "base/log.h"
#include "pop3/multiline.h"
#include "pop3/reply.h"
#include "session/farewell.h"

#include <utility>

namespace ums {

namespace {

constexpr base::seconds time_to_log_in{60};
constexpr base::seconds time_to_take{660}; // what we say; the front has its own patience
constexpr std::size_t block = 64u << 10;

pop3::PreludeOptions inner_door()
{
    pop3::PreludeOptions options;
    options.login_without_tls = true; // nobody is between us and the front
    options.xclient = true;
    return options;
}

std::string_view describe(spool::ReadError error)
{
    return error == spool::ReadError::gone ? "it has been delivered" : "it cannot be read";
}

} // namespace

Session::Session(Server& server, session::Arrival arrival, Shown shown)
    : server_(server), id_(std::move(arrival.id)), stream_(std::move(arrival.stream)),
      peer_(arrival.peer), client_(arrival.peer), prelude_(inner_door()), shown_(shown)
{
    server_.joined(this);
}

Session::~Session()
{
    server_.limits().leave(peer_);
    server_.left(this);
}

net::Task<void> Session::run()
{
    try {
        stream_.set_timeout(time_to_log_in);
        const bool logged_in = co_await log_in();
        if (logged_in)
            co_await serve();
        session::close_politely(stream_);
    } catch (const net::PeerGone&) { // the front knows why
    } catch (const net::TimedOut&) {
    }
    tell_remembered({});
}

net::Task<bool> Session::hear(std::size_t limit, Line& line)
{
    const std::optional<net::Line> heard = co_await reader_.hear_line(limit);
    if (!heard)
        co_return false;
    const bool sound = !heard->too_long && !heard->stray && !heard->hopeless;
    line.reset();
    if (sound)
        line = std::string(heard->text);
    gone_ = gone_ || heard->hopeless;
    co_return true;
}

// What is there now is what the session sees.  Empty, or what was in the way.
net::Task<std::string> Session::open_maildrop()
{
    const World& world = server_.world();
    std::string trouble;
    Remembered::Shown remembered;
    try {
        co_await world.mailboxes.refresh();
        mails_ = world.mailboxes.of(user_, world.deletions.hidden(user_));
        if (shown_ == Shown::mailbox)
            remembered = co_await world.remembered.of(user_);
    } catch (const base::Failure& failure) {
        trouble = failure.what();
    }
    if (!trouble.empty())
        co_return trouble;
    std::uint64_t octets = 0;
    for (const Mail& mail : mails_)
        octets += mail.size;
    drop_.emplace(drops_of(mails_, remembered.mails));
    share_ = std::move(remembered.share);
    base::log(base::Level::info, "queue-shown", id_,
              {{"user", user_},
               {"messages", mails_.size()},
               {"octets", octets},
               {"remembered", drop_->drops().size() - mails_.size()}});
    co_return trouble;
}

net::Task<void> Session::serve()
{
    while (!gone_) {
        Line line;
        stream_.set_deadline(base::SteadyTime::max());
        const bool there = co_await hear(pop3::Transaction::longest_line, line);
        if (!there)
            co_return;
        stream_.set_timeout(time_to_take);
        pop3::Answer answer = line ? drop_->judge(*line) : drop_->malformed();
        const bool goes_on = co_await obey(std::move(answer));
        gone_ = gone_ || !goes_on;
    }
}

// False: that was the last.
net::Task<bool> Session::obey(pop3::Answer answer)
{
    using Then = pop3::Answer::Then;
    bool goes_on = answer.then == Then::listen;
    if (answer.then == Then::send)
        goes_on = co_await send(std::move(answer));
    else if (answer.then == Then::update)
        co_await update();
    else
        co_await stream_.write(answer.reply);
    co_return goes_on;
}

// What fails before the first octet is an answer; behind it only the connection can tell.
net::Task<bool> Session::send(pop3::Answer answer)
{
    Mailboxes& mailboxes = server_.world().mailboxes;
    auto text = co_await mailboxes.open(mails_[answer.message]);
    if (!text) {
        const std::string refusal = pop3::error("SYS/TEMP", describe(text.error()));
        co_await stream_.write(refusal);
        co_return true;
    }
    pop3::Multiline lines(answer.lines);
    std::string out = std::move(answer.reply);
    while (!lines.complete()) {
        const auto part = text->next(block);
        if (!part) {
            base::log(base::Level::error, "queue-not-read", id_,
                      {{"id", mails_[answer.message].id.text()},
                       {"error", describe(part.error())}});
            co_return false;
        }
        if (part->empty())
            break;
        lines.feed(*part, out);
        if (out.size() < block)
            continue;
        stream_.set_timeout(time_to_take);
        co_await stream_.write(out);
        out.clear();
    }
    lines.finish(out);
    co_await stream_.write(out);
    if (!lines.complete()) // TOP of more lines than there are fetches it as well
        fetched_.insert(answer.message);
    co_return true;
}

// What its client knows from now on, and what it has forgotten.
void Session::tell_remembered(const std::vector<Mail>& deleted)
{
    pop3::Sighting seen;
    for (const std::size_t index : std::exchange(fetched_, {}))
        seen.there.push_back({mails_[index].uid, mails_[index].size});
    for (const Mail& mail : deleted)
        seen.gone.push_back(mail.uid);
    if (shown_ == Shown::mailbox)
        server_.world().remembered.note(user_, std::move(seen));
}

net::Task<void> Session::update()
{
    std::vector<Mail> deleted;
    for (const std::size_t index : drop_->marked())
        deleted.push_back(mails_[index]);
    tell_remembered(deleted);
    bool done = true;
    if (!deleted.empty())
        done = co_await server_.world().deletions.carry_out(user_, std::move(deleted), id_);
    const std::string farewell =
        done ? pop3::ok("bye") : pop3::error("SYS/TEMP", "some are not deleted");
    co_await stream_.write(farewell);
}

} // namespace ums
