// SPDX-License-Identifier: Apache-2.0
// The sessions of a rehearsal by POP3.
#include "rehearsal_players.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tkuev {

namespace {

using What = Deed::What;

// Mails of a rehearsal are the newest ones: no more than these are looked at.
constexpr unsigned newest = 50;

net::Task<std::string> ask(Talk& talk, std::string command)
{
    co_await talk.say(std::move(command));
    co_return co_await talk.hear();
}

net::Task<std::string> must(Talk& talk, std::string command)
{
    std::string answer = co_await ask(talk, std::move(command));
    if (!answer.starts_with("+OK"))
        talk.fail(answer);
    co_return answer;
}

net::Task<void> greet(Players& players, Talk& talk)
{
    const std::string greeting = co_await talk.hear();
    if (!greeting.starts_with("+OK"))
        talk.fail(greeting);
    if (talk.is_tls())
        co_return;
    const std::string answer = co_await ask(talk, "STLS");
    if (answer.starts_with("+OK"))
        co_await talk.start_tls(players.tls());
}

net::Task<std::string> log_in(Talk& talk, const Person& person, std::string password)
{
    co_await must(talk, "USER " + person.login);
    co_return co_await ask(talk, "PASS " + std::move(password));
}

net::Task<std::string> retrieve(Talk& talk, std::string command)
{
    co_await must(talk, std::move(command));
    co_return co_await talk.hear_dotted();
}

// How many messages there are: "+OK 3 1200".
net::Task<unsigned> count(Talk& talk)
{
    const std::string answer = co_await must(talk, "STAT");
    unsigned number = 0;
    constexpr std::size_t behind_ok = 4;
    if (answer.size() > behind_ok)
        (void)std::from_chars(answer.data() + behind_ok, answer.data() + answer.size(),
                              number);
    co_return number;
}

// The numbers of these mails, by their headers.
net::Task<std::vector<unsigned>> find(Players& players, Talk& talk,
                                      const PlannedSession& session)
{
    std::vector<unsigned> found;
    const unsigned last = co_await count(talk);
    const unsigned first = last > newest ? last - newest : 0;
    for (unsigned number = last; number > first; --number) {
        if (found.size() == session.mails.size())
            break;
        const std::string head =
            co_await retrieve(talk, "TOP " + std::to_string(number) + " 0");
        players.did(session, talk, {.what = What::part_fetched, .content = head});
        const bool ours =
            std::ranges::any_of(session.mails, [&](const RehearsalMail& mail) {
                return head.contains(mail.id);
            });
        if (ours)
            found.push_back(number);
    }
    co_return found;
}

net::Task<void> read(Players& players, Talk& talk, const PlannedSession& session,
                     std::vector<unsigned> numbers)
{
    co_await must(talk, "LIST");
    (void)co_await talk.hear_dotted();
    for (const unsigned number : numbers) {
        const std::string mail = co_await retrieve(talk, "RETR " + std::to_string(number));
        players.did(session, talk, {.what = What::fetched, .content = mail});
        co_await must(talk, "DELE " + std::to_string(number));
    }
}

} // namespace

net::Task<bool> pop3_session(Players& players, Talk& talk, const PlannedSession& session)
{
    co_await greet(players, talk);
    const Person& person = players.person(session);
    const bool wrong = session.kind == SessionKind::failed_login;
    const std::string password = wrong ? wrong_password(person) : person.password;
    const std::string answer = co_await log_in(talk, person, password);
    if (answer.starts_with("+OK") == wrong)
        talk.fail(answer);
    players.did(session, talk, {.what = wrong ? What::login_refused : What::logged_in});
    if (wrong) {
        co_await talk.say("QUIT");
        co_return false;
    }
    const std::vector<unsigned> numbers = co_await find(players, talk, session);
    const bool all = numbers.size() == session.mails.size();
    if (all)
        co_await read(players, talk, session, numbers);
    co_await must(talk, "QUIT");
    players.did(session, talk, {.what = What::logged_out});
    co_return !all;
}

} // namespace tkuev
