// SPDX-License-Identifier: Apache-2.0
// proxy/imap_conversation.h - an IMAP session after its login, as the relay sees it.
#pragma once

#include "imap/fan_out.h"
#include "imap/follower.h"
#include "imap/observer.h"
#include "proxy/conversation.h"
#include "proxy/journal.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace proxy {

// Counts what passes.  Messages that others have deleted while the mailbox was open count,
// too: the protocol does not tell them apart.
class ImapCounter : public imap::Observer {
public:
    [[nodiscard]] const Totals& totals() const { return totals_; }

    void fetch_began(const imap::Fetch& what) override;
    void upload_answered(const imap::Response& answer, std::uint32_t messages) override;
    void expunged(std::uint32_t sequence) override;
    void vanished(std::string_view uids) override;
    void vanished_done() override;
    void bye() override { bye_ = true; }
    void logged_out() override { quit_ = true; }
    [[nodiscard]] bool heard_bye() const { return bye_; }
    [[nodiscard]] bool has_quit() const { return quit_; }

private:
    void take_uid(char c);
    void end_range();

    Totals totals_;
    bool bye_ = false;
    bool quit_ = false;
    // Of a set of UIDs, which may come in pieces: "(EARLIER)" tells of former times.
    bool earlier_ = false;
    bool range_ = false; // behind the colon
    std::uint64_t from_ = 0;
    std::uint64_t to_ = 0;
};

class ImapConversation : public Conversation {
public:
    // `witness`: who looks at it besides; null: nobody.  Outlives this.
    explicit ImapConversation(const imap::FollowerOptions& options,
                              imap::Observer* witness = nullptr)
        : both_(counter_, witness != nullptr ? *witness : counter_),
          follower_(witness != nullptr ? static_cast<imap::Observer&>(both_) : counter_,
                    options)
    {
    }

    std::size_t client(std::string_view bytes, text::Passage& to_server) override;
    std::size_t server(std::string_view bytes, text::Passage& to_client) override;
    [[nodiscard]] bool must_wait() const override { return follower_.must_wait(); }
    [[nodiscard]] bool owes_answers() const override { return follower_.owes_answers(); }
    [[nodiscard]] bool has_quit() const override { return counter_.has_quit(); }
    [[nodiscard]] bool compress_now() const override { return follower_.compressed(); }
    [[nodiscard]] std::string_view trouble() const override { return follower_.trouble(); }
    [[nodiscard]] std::string farewell(std::string_view why) const override;
    void passed() override { both_.passed(); }
    void ended() override
    {
        follower_.ended();
        both_.passed();
    }

    [[nodiscard]] const Totals& totals() const { return counter_.totals(); }

private:
    ImapCounter counter_;
    imap::FanOut both_;
    imap::Follower follower_;
};

} // namespace proxy
