// SPDX-License-Identifier: Apache-2.0
// ums/session.h - one session at the inner door: login, the user's queued mail, update.
#pragma once

#include "net/line_reader.h"
#include "net/stream.h"
#include "net/task.h"
#include "pop3/list_memory.h"
#include "pop3/prelude.h"
#include "pop3/transaction.h"
#include "session/reception.h"
#include "ums/server.h"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ums {

class Session : public session::Guest {
public:
    Session(Server& server, session::Arrival arrival, Shown shown);
    ~Session() override;

    [[nodiscard]] net::Task<void> run() override;
    // Who reads may do so to the end: there is no list like this one elsewhere.
    void drain() override
    {
        if (!drop_)
            stream_.expire();
    }
    void abort() override { stream_.abort(); }

private:
    using Line = std::optional<std::string>; // nothing: it is no line of POP3

    // session_login.cc
    [[nodiscard]] net::Task<bool> log_in();
    [[nodiscard]] net::Task<bool> obey(pop3::Verdict verdict);
    [[nodiscard]] net::Task<pop3::Verdict> check();
    [[nodiscard]] pop3::Verdict believe();

    // session.cc
    [[nodiscard]] net::Task<void> serve();
    [[nodiscard]] net::Task<std::string> open_maildrop();
    [[nodiscard]] net::Task<bool> obey(pop3::Answer answer);
    [[nodiscard]] net::Task<bool> send(pop3::Answer answer);
    [[nodiscard]] net::Task<void> update();
    void tell_remembered(const std::vector<Mail>& deleted);
    // False: the peer has gone.
    [[nodiscard]] net::Task<bool> hear(std::size_t limit, Line& line);

    Server& server_;
    std::string id_;
    net::Stream stream_;
    net::LineReader reader_{stream_};
    net::Address peer_;
    net::Address client_; // as XCLIENT says
    bool gone_ = false;   // QUIT, or too many errors
    pop3::Prelude prelude_;
    std::string user_; // logged in
    Shown shown_;
    std::vector<Mail> mails_; // the first of the maildrop; behind them is what is elsewhere
    std::set<std::size_t> fetched_; // of these, whole
    std::optional<pop3::Transaction> drop_;
    pop3::ListShare share_; // of memory, for what is elsewhere
};

} // namespace ums
