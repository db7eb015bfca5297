// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_conversation.h - POP3 after the login, as the relay sees it: every byte goes
// on as it came, and what happened is counted.
#pragma once

#include "pop3/fan_out.h"
#include "pop3/follower.h"
#include "pop3/limits.h"
#include "proxy/conversation.h"
#include "proxy/journal.h"

#include <cstdint>
#include <string_view>

namespace proxy {

class Pop3Counter : public pop3::Observer {
public:
    void fetch_began(const pop3::Fetch& what) override { whole_ = !what.lines; }
    void fetch_ended(bool complete) override;
    void marked(std::uint32_t) override { ++marked_; }
    void unmarked() override { marked_ = 0; }
    void quit(bool done) override;

    [[nodiscard]] const Totals& totals() const { return totals_; }
    [[nodiscard]] bool has_quit() const { return quit_; }

private:
    Totals totals_;
    std::uint32_t marked_ = 0; // to be deleted at QUIT
    bool whole_ = false;
    bool quit_ = false;
};

class Pop3Conversation : public Conversation {
public:
    // Who looks at it besides, null: nobody.  They outlive this.  `lists`: is told of
    // sizes, too, and not of what was passed on.
    explicit Pop3Conversation(const pop3::Limits& limits, pop3::Observer* witness = nullptr,
                              pop3::Observer* lists = nullptr);

    std::size_t client(std::string_view bytes, text::Passage& to_server) override;
    std::size_t server(std::string_view bytes, text::Passage& to_client) override;
    [[nodiscard]] bool must_wait() const override
    {
        return follower_.unanswered() >= most_;
    }
    [[nodiscard]] bool owes_answers() const override
    {
        return follower_.unanswered() > 0 || follower_.within_answer();
    }
    [[nodiscard]] bool has_quit() const override { return counter_.has_quit(); }
    [[nodiscard]] std::string_view trouble() const override { return follower_.trouble(); }
    void passed() override { both_.passed(); }
    void ended() override
    {
        follower_.ended();
        both_.passed();
    }

    [[nodiscard]] const Totals& totals() const { return counter_.totals(); }

private:
    Pop3Counter counter_;
    pop3::FanOut both_;
    pop3::FanOut all_;
    pop3::Follower follower_;
    std::uint32_t most_;
};

} // namespace proxy
