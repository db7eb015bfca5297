// SPDX-License-Identifier: Apache-2.0
// imap/follower_stage_test.h - a session under test, by turns and in pieces of every size,
// and what an observer hears of it.
#pragma once

#include "imap/follower.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace imap::test {

using Notes = std::vector<std::string>;

class Scribe : public imap::Observer {
public:
    Notes notes;
    void entered(const imap::Place& where) override
    {
        note("in " + where.mailbox + " " + std::to_string(where.uid_validity));
    }
    void fetch_began(const imap::Fetch& what) override
    {
        note("fetch " + std::to_string(what.sequence) + " " + std::string(what.item) + "[" +
             std::string(what.section) + "]: ");
    }
    void fetched(std::string_view octets) override { notes.back() += octets; }
    void fetch_ended(bool whole) override { notes.back() += whole ? "." : "!"; }
    void fetch_done(std::uint32_t sequence, std::uint32_t uid, std::uint64_t) override
    {
        note("done " + std::to_string(sequence) + " uid " + std::to_string(uid));
    }
    void fetch_refused(const imap::Response& why) override
    {
        note("refused " + std::string(why.text));
    }
    void upload_began(std::string_view mailbox, std::uint64_t size) override
    {
        note("upload " + std::string(mailbox) + " " + std::to_string(size) + ": ");
    }
    void uploaded(std::string_view octets) override { notes.back() += octets; }
    void upload_ended(bool whole) override { notes.back() += whole ? "." : "!"; }
    void upload_answered(const imap::Response& answer, std::uint32_t messages) override
    {
        note("answered " + std::to_string(messages) + " " + std::string(answer.code) + " " +
             std::string(answer.code_text));
    }
    void expunged(std::uint32_t sequence) override
    {
        note("expunged " + std::to_string(sequence));
    }
    void vanished(std::string_view uids) override
    {
        if (!notes.empty() && notes.back().starts_with("vanished"))
            notes.back() += uids;
        else
            note("vanished " + std::string(uids));
    }
    void vanished_done() override { notes.back() += '.'; }
    void logged_out() override { note("out"); }

private:
    void note(std::string text) { notes.push_back(std::move(text)); }
};

struct Turn {
    char who;          // 'C' or 'S'
    std::string said;  // by him
    std::string heard; // by the other; empty: the same, "-": nothing
};

// A session under test; `size`: of the pieces in which everything comes.
class Session {
public:
    explicit Session(std::size_t size, bool compress = false)
        : follower_(scribe_, {.limits = {}, .compress = compress}), size_(size)
    {
    }

    std::string say(char who, std::string_view said)
    {
        std::string& waiting = who == 'C' ? from_client_ : from_server_;
        std::string heard;
        for (; !said.empty(); said.remove_prefix(std::min(size_, said.size()))) {
            waiting += said.substr(0, size_);
            heard += take(who, waiting);
        }
        return heard;
    }
    // What the client had said ahead.
    std::string catch_up() { return take('C', from_client_); }
    imap::Follower& follower() { return follower_; }
    const Notes& notes() const { return scribe_.notes; }

private:
    std::string take(char who, std::string& waiting)
    {
        text::Passage passage;
        const std::size_t taken = who == 'C' ? follower_.client(waiting, passage)
                                             : follower_.server(waiting, passage);
        std::string heard;
        for (std::size_t i = 0; i < passage.size(); ++i)
            heard += passage[i];
        waiting.erase(0, taken);
        return heard;
    }

    Scribe scribe_;
    imap::Follower follower_;
    std::size_t size_;
    std::string from_client_;
    std::string from_server_;
};

inline std::string together(const Notes& notes)
{
    std::string all;
    for (const std::string& note : notes)
        all += note + "\n";
    return all;
}

inline void check_in_pieces(const std::vector<Turn>& turns, const Notes& wanted,
                            bool compress = false)
{
    for (std::size_t size = 1; size < 60; ++size) {
        CAPTURE(size);
        Session session(size, compress);
        for (const Turn& turn : turns) {
            CAPTURE(turn.said);
            const std::string heard = session.say(turn.who, turn.said);
            CHECK(heard == (turn.heard.empty()  ? turn.said
                            : turn.heard == "-" ? ""
                                                : turn.heard));
        }
        CHECK(session.follower().trouble().empty());
        session.follower().ended();
        CHECK(together(session.notes()) == together(wanted));
    }
}

} // namespace imap::test
