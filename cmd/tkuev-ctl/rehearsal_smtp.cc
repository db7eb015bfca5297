// SPDX-License-Identifier: Apache-2.0
// The sessions of a rehearsal by SMTP.
#include "rehearsal_players.h"
#include "text/base64.h"

#include <utility>

namespace tkuev {

namespace {

using What = Deed::What;

struct Answer {
    std::string text; // all lines, each with a newline

    [[nodiscard]] bool good() const { return text.starts_with('2'); }
    [[nodiscard]] bool is(std::string_view code) const { return text.starts_with(code); }
};

net::Task<Answer> hear(Talk& talk)
{
    Answer answer;
    for (;;) {
        const std::string line = co_await talk.hear();
        answer.text += line + '\n';
        if (line.size() < 4 || line[3] != '-')
            co_return answer;
    }
}

net::Task<Answer> ask(Talk& talk, std::string command)
{
    co_await talk.say(std::move(command));
    co_return co_await hear(talk);
}

net::Task<void> must(Talk& talk, std::string command, std::string_view code)
{
    const Answer answer = co_await ask(talk, std::move(command));
    if (!answer.is(code))
        talk.fail(answer.text);
}

net::Task<void> greet(Players& players, Talk& talk)
{
    const std::string hello = "EHLO rehearsal.invalid";
    const Answer greeting = co_await hear(talk);
    if (!greeting.good())
        talk.fail(greeting.text);
    const Answer capabilities = co_await ask(talk, hello);
    if (!capabilities.good())
        talk.fail(capabilities.text);
    if (talk.is_tls() || !capabilities.text.contains("STARTTLS"))
        co_return;
    co_await must(talk, "STARTTLS", "220");
    co_await talk.start_tls(players.tls());
    co_await must(talk, hello, "250");
}

net::Task<Answer> log_in(Talk& talk, const Person& person, const std::string& password)
{
    using namespace std::string_literals;
    const std::string secret = text::base64("\0"s + person.login + "\0"s + password);
    const Answer answer = co_await ask(talk, "AUTH PLAIN " + secret);
    co_return answer;
}

net::Task<void> send_mails(Players& players, Talk& talk, const PlannedSession& session)
{
    for (const RehearsalMail& mail : session.mails) {
        co_await must(talk, "MAIL FROM:<" + mail.sender + "> BODY=8BITMIME", "250");
        for (const std::string& recipient : mail.recipients)
            co_await must(talk, "RCPT TO:<" + recipient + ">", "25");
        co_await must(talk, "DATA", "354");
        const std::string octets = with_dots(mail.text);
        co_await talk.send(octets);
        const Answer answer = co_await hear(talk);
        if (!answer.good())
            talk.fail(answer.text);
        players.did(session, talk,
                    {.what = What::mail_accepted,
                     .with_login = session.kind == SessionKind::submit,
                     .mail = mail,
                     .content = octets});
    }
}

// Refused where there is no relaying; else given up before there is a message.
net::Task<void> lead_to_nothing(Players& players, Talk& talk, const PlannedSession& session)
{
    const RehearsalMail& mail = session.mails.front();
    const Answer sender = co_await ask(talk, "MAIL FROM:<" + mail.sender + ">");
    Deed deed{.what = What::transaction_refused, .mail = mail};
    if (!sender.good()) {
        players.did(session, talk, std::move(deed));
        co_return;
    }
    const std::string& to = mail.recipients.front();
    const Answer recipient = co_await ask(talk, "RCPT TO:<" + to + ">");
    if (!recipient.good()) {
        deed.recipient_refused = to;
        players.did(session, talk, deed);
        deed.recipient_refused.clear();
    }
    co_await must(talk, "RSET", "250");
    players.did(session, talk, std::move(deed));
}

net::Task<void> submit(Players& players, Talk& talk, const PlannedSession& session)
{
    const Person& person = players.person(session);
    const Answer answer = co_await log_in(talk, person, person.password);
    if (!answer.good())
        talk.fail(answer.text);
    players.did(session, talk, {.what = What::logged_in});
    co_await send_mails(players, talk, session);
    players.did(session, talk, {.what = What::logged_out});
}

net::Task<void> fail_to_log_in(Players& players, Talk& talk, const PlannedSession& session)
{
    const Person& person = players.person(session);
    const Answer answer = co_await log_in(talk, person, wrong_password(person));
    if (!answer.is("535"))
        talk.fail(answer.text);
    players.did(session, talk, {.what = What::login_refused});
}

} // namespace

net::Task<void> smtp_session(Players& players, Talk& talk, const PlannedSession& session)
{
    co_await greet(players, talk);
    switch (session.kind) {
    case SessionKind::deliver:
        co_await send_mails(players, talk, session);
        break;
    case SessionKind::refused_recipient:
        co_await lead_to_nothing(players, talk, session);
        break;
    case SessionKind::submit:
        co_await submit(players, talk, session);
        break;
    case SessionKind::failed_login:
        co_await fail_to_log_in(players, talk, session);
        break;
    case SessionKind::read: // not by SMTP
        break;
    }
    co_await must(talk, "QUIT", "221");
}

} // namespace tkuev
