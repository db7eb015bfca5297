// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_players.h"

#include "base/failure.h"
#include "net/connect.h"

#include <utility>

namespace tkuev {

namespace {

constexpr base::milliseconds connect_timeout{10'000};
constexpr base::milliseconds between_looks{200};
constexpr base::milliseconds between_logins{1500};

std::string name_of(const PlannedSession& session)
{
    const std::string protocol = session.protocol == li::Protocol::smtp   ? "smtp"
                                 : session.protocol == li::Protocol::pop3 ? "pop3"
                                                                          : "imap";
    return protocol + ", " + session.title + (session.bystander ? " (bystander)" : "");
}

} // namespace

Players::Players(net::Loop& loop, const Cast& cast, const Gates& gates, std::string token,
                 base::seconds patience)
    : loop_(loop), cast_(cast), gates_(gates), token_(std::move(token)), patience_(patience)
{
}

const Person& Players::person(const PlannedSession& session) const
{
    return session.bystander ? cast_.bystander : cast_.account;
}

net::Task<void> Players::pause()
{
    co_await net::sleep_for(loop_, between_looks);
}

void Players::did(const PlannedSession& session, const Talk& talk, Deed deed)
{
    deed.session = session.title;
    deed.bystander = session.bystander;
    deed.port = talk.port();
    deeds_.push_back(std::move(deed));
}

const Gate& Players::gate_of(const PlannedSession& session) const
{
    const bool login =
        session.kind == SessionKind::submit || session.kind == SessionKind::failed_login;
    const auto& gate = session.protocol == li::Protocol::pop3   ? gates_.pop3
                       : session.protocol == li::Protocol::imap ? gates_.imap
                       : login                                  ? gates_.submission
                                                                : gates_.smtp;
    return gate.value();
}

net::Task<Talk> Players::open(const PlannedSession& session)
{
    const Gate& gate = gate_of(session);
    auto stream = co_await net::connect(loop_, gate.address, connect_timeout);
    if (!stream)
        throw base::Failure(base::Remedy::fix_data,
                            name_of(session) + ": " + stream.error().why);
    Talk talk(*std::move(stream), name_of(session));
    if (session.bystander)
        bystander_ports_.insert(talk.port());
    if (gate.implicit_tls)
        co_await talk.start_tls(tls_);
    co_return talk;
}

net::Task<void> Players::have(PlannedSession session)
{
    for (bool again = true; again;) {
        Talk talk = co_await open(session);
        again = false;
        if (session.protocol == li::Protocol::smtp)
            co_await smtp_session(*this, talk, session);
        else if (session.protocol == li::Protocol::imap)
            co_await imap_session(*this, talk, session);
        else
            again = co_await pop3_session(*this, talk, session);
        if (again && out_of_time())
            talk.fail("not all mails have come in time");
        if (again) // each look is captured, too
            co_await net::sleep_for(loop_, between_logins);
    }
}

net::Task<void> Players::have_guarded(PlannedSession session)
{
    const std::string name = name_of(session);
    std::string why;
    try {
        co_await have(std::move(session));
    } catch (const base::Failure& failure) {
        why = failure.what();
    } catch (const std::exception& error) { // of the stream
        why = name + ": " + error.what();
    }
    if (trouble_.empty())
        trouble_ = why;
    --under_way_;
}

net::Task<void> Players::play(Round round)
{
    under_way_ = round.size();
    trouble_.clear();
    deadline_ = base::Steady::now() + patience_;
    for (PlannedSession& session : round)
        loop_.spawn("-", have_guarded(std::move(session)));
    while (under_way_ > 0)
        co_await pause();
    if (!trouble_.empty())
        throw base::Failure(base::Remedy::fix_data, trouble_);
}

std::string wrong_password(const Person& person)
{
    return person.password + "-which-is-wrong";
}

} // namespace tkuev
