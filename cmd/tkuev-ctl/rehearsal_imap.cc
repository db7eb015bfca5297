// SPDX-License-Identifier: Apache-2.0
// The sessions of a rehearsal by IMAP.
#include "imap/value.h"
#include "rehearsal_players.h"
#include "text/words.h"

#include <utility>

namespace tkuev {

namespace {

using What = Deed::What;

struct Answer {
    std::string last;    // the tagged line, without its tag
    std::string lines;   // those before it, each with a newline
    std::string literal; // the last one in them

    [[nodiscard]] bool good() const { return last.starts_with("OK"); }
};

constexpr std::string_view tag = "r ";
constexpr std::string_view open_command = "SELECT";

// "... {42}": a literal of so many octets follows.
std::optional<std::size_t> literal_of(std::string_view line)
{
    const std::size_t open = line.rfind('{');
    if (!line.ends_with('}') || open == std::string_view::npos)
        return std::nullopt;
    return text::number_in<std::size_t>(line.substr(open + 1, line.size() - open - 2));
}

net::Task<Answer> hear(Talk& talk)
{
    Answer answer;
    for (;;) {
        std::string line = co_await talk.hear();
        if (line.starts_with(tag)) {
            answer.last = line.substr(tag.size());
            co_return answer;
        }
        if (const auto size = literal_of(line))
            answer.literal = co_await talk.hear_octets(*size);
        answer.lines += line + '\n';
        if (line.starts_with("+ "))
            co_return answer; // it waits for us
    }
}

net::Task<Answer> ask(Talk& talk, std::string command)
{
    co_await talk.say(std::string(tag) + std::move(command));
    co_return co_await hear(talk);
}

net::Task<Answer> must(Talk& talk, std::string command)
{
    Answer answer = co_await ask(talk, std::move(command));
    if (!answer.good())
        talk.fail(answer.lines + answer.last);
    co_return answer;
}

net::Task<void> greet(Players& players, Talk& talk)
{
    const std::string greeting = co_await talk.hear();
    if (!greeting.starts_with("* OK"))
        talk.fail(greeting);
    if (talk.is_tls())
        co_return;
    const Answer answer = co_await ask(talk, "STARTTLS");
    if (answer.good())
        co_await talk.start_tls(players.tls());
}

// The UID of a mail; empty while it is not there.
net::Task<std::string> look_for(Talk& talk, const RehearsalMail& mail)
{
    const Answer answer =
        co_await must(talk, "UID SEARCH HEADER Message-ID " + imap::quoted(mail.id));
    constexpr std::string_view word = "* SEARCH ";
    const std::size_t at = answer.lines.find(word);
    if (at == std::string::npos)
        co_return "";
    const std::size_t begin = at + word.size();
    co_return answer.lines.substr(begin, answer.lines.find_first_of(" \n", begin) - begin);
}

net::Task<std::string> wait_for(Players& players, Talk& talk, const RehearsalMail& mail)
{
    for (;;) {
        std::string uid = co_await look_for(talk, mail);
        if (!uid.empty())
            co_return uid;
        if (players.out_of_time())
            talk.fail("not all mails have come in time");
        co_await players.pause();
        (void)co_await must(talk, "NOOP");
    }
}

net::Task<void> fetch(Players& players, Talk& talk, const PlannedSession& session,
                      std::string uid, std::string part, What what)
{
    const Answer answer =
        co_await must(talk, "UID FETCH " + uid + " BODY.PEEK[" + part + "]");
    if (answer.literal.empty())
        talk.fail(answer.lines);
    players.did(session, talk, {.what = what, .content = answer.literal});
}

net::Task<void> append(Players& players, Talk& talk, const PlannedSession& session,
                       const RehearsalMail& mail)
{
    const std::string command = "APPEND INBOX {" + std::to_string(mail.text.size()) + '}';
    const Answer ready = co_await ask(talk, command);
    if (!ready.last.empty())
        talk.fail(ready.last);
    co_await talk.send(mail.text + "\r\n");
    const Answer answer = co_await hear(talk);
    if (!answer.good())
        talk.fail(answer.last);
    players.did(session, talk, {.what = What::stored, .content = mail.text});
}

net::Task<void> remove(Talk& talk, std::string uid)
{
    (void)co_await must(talk, "UID STORE " + uid + " +FLAGS.SILENT (\\Deleted)");
    const Answer answer = co_await ask(talk, "UID EXPUNGE " + uid);
    if (!answer.good()) // without RFC 4315
        (void)co_await must(talk, "EXPUNGE");
}

net::Task<void> read(Players& players, Talk& talk, const PlannedSession& session)
{
    const std::string open = std::string(open_command) + " INBOX";
    (void)co_await must(talk, open);
    for (const RehearsalMail& mail : session.mails) {
        const std::string uid = co_await wait_for(players, talk, mail);
        co_await fetch(players, talk, session, uid, "", What::fetched);
        co_await fetch(players, talk, session, uid, "HEADER", What::part_fetched);
        co_await remove(talk, uid);
    }
    const RehearsalMail own = stored_mail(players.person(session), players.token());
    co_await append(players, talk, session, own);
    co_await remove(talk, co_await wait_for(players, talk, own));
}

} // namespace

net::Task<void> imap_session(Players& players, Talk& talk, const PlannedSession& session)
{
    co_await greet(players, talk);
    const Person& person = players.person(session);
    const bool wrong = session.kind == SessionKind::failed_login;
    const std::string password = wrong ? wrong_password(person) : person.password;
    const Answer answer = co_await ask(talk, "LOGIN " + imap::astring(person.login, true) +
                                                 ' ' + imap::astring(password, true));
    if (answer.good() == wrong)
        talk.fail(answer.last);
    players.did(session, talk, {.what = wrong ? What::login_refused : What::logged_in});
    if (!wrong)
        co_await read(players, talk, session);
    (void)co_await must(talk, "LOGOUT");
    if (!wrong)
        players.did(session, talk, {.what = What::logged_out});
}

} // namespace tkuev
