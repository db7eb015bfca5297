// SPDX-License-Identifier: Apache-2.0
// ums/session_login.cc - what the inner door hears before the login.
#include "base/log.h"
#include "base/wipe.h"
#include "pop3/reply.h"
#include "pop3/xclient.h"
#include "ums/session.h"

#include <utility>

namespace ums {

// True: user_ is logged in, and knows it.
net::Task<bool> Session::log_in()
{
    co_await stream_.write("+OK [XCLIENT] ready\r\n");
    for (;;) {
        Line line;
        const bool there = co_await hear(prelude_.longest_line(), line);
        if (!there)
            co_return false;
        pop3::Verdict verdict =
            line ? prelude_.judge(*line) : prelude_.malformed("this is no line of POP3");
        if (line)
            base::wipe(*line);
        const bool logged_in = co_await obey(std::move(verdict));
        if (logged_in || gone_)
            co_return logged_in;
    }
}

// True: the login has succeeded.
net::Task<bool> Session::obey(pop3::Verdict verdict)
{
    using pop3::Then;
    bool logged_in = false;
    switch (verdict.then) {
    case Then::log_in:
        verdict = co_await check();
        logged_in = verdict.reply.starts_with('+');
        break;
    case Then::tell_capabilities:
        verdict.reply = pop3::Transaction::capabilities();
        break;
    case Then::believe:
        verdict = believe();
        break;
    case Then::listen:
    case Then::hang_up:
    case Then::start_tls:    // neither is offered
    case Then::authenticate: // at this door
    case Then::apop:
        break;
    }
    gone_ = gone_ || verdict.then == Then::hang_up;
    co_await stream_.write(verdict.reply);
    co_return logged_in;
}

net::Task<pop3::Verdict> Session::check()
{
    std::string user = prelude_.user();
    Passwords::Answer answer =
        co_await server_.world().passwords.check(user, prelude_.password(), client_);
    prelude_.forget_secrets();
    using Verdict = Passwords::Verdict;
    if (answer.verdict == Verdict::right) {
        user_ = user;
        std::string trouble = co_await open_maildrop();
        if (trouble.empty())
            co_return pop3::Verdict{.reply = pop3::ok("logged in")};
        answer = {Verdict::unknown, std::move(trouble)};
    }
    base::log(base::Level::info, "queue-login-refused", id_,
              {{"user", user}, {"client", client_.ip()}, {"reason", answer.why}});
    if (answer.verdict == Verdict::wrong)
        co_return prelude_.login_refused(pop3::error("AUTH", "Authentication failed."));
    co_return prelude_.login_refused(
        pop3::error("SYS/TEMP", answer.verdict == Verdict::paused
                                    ? "too many wrong passwords, try again later"
                                    : "your mail cannot be shown now, try again later"));
}

pop3::Verdict Session::believe()
{
    const auto said = pop3::parse_xclient(prelude_.attributes());
    if (!said)
        return prelude_.malformed(said.error());
    if (said->address)
        client_ = net::Address::parse_ip(*said->address, said->port.value_or(0))
                      .value_or(client_);
    if (!said->session.empty())
        id_ = said->session;
    return {.reply = pop3::ok("Updated")};
}

} // namespace ums
