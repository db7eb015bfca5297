// SPDX-License-Identifier: Apache-2.0
// bench/reader_talk.h - what bench-reader says in one session, and what it waits for.
//
// No sockets.  The length of the mail is what the server says of it; what stands behind it
// must be what the protocol wants there, or the session has failed.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

class ReaderTalk {
public:
    enum class State : std::uint8_t { going_on, idle, done, failed };

    // `idle`: only up to the login, with IMAP up to IDLE.
    ReaderTalk(bool imap, bool idle, int mail, std::uint64_t user)
        : imap_(imap), idle_(idle)
    {
        const std::string name = fmt::format("user{}", user % most_users);
        if (imap) {
            say_ = {fmt::format("a0 LOGIN {} secret\r\n", name), "a1 SELECT INBOX\r\n"};
            if (idle)
                say_.emplace_back("a2 IDLE\r\n");
            else
                say_.insert(say_.end(), {fmt::format("a2 FETCH {} BODY.PEEK[]\r\n", mail),
                                         "a3 LOGOUT\r\n"});
        } else {
            say_ = {fmt::format("USER {}\r\n", name), "PASS secret\r\n"};
            if (!idle)
                say_.insert(say_.end(), {fmt::format("RETR {}\r\n", mail), "QUIT\r\n"});
        }
    }

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::string& to_say() { return out_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; } // of the mail
    [[nodiscard]] const std::string& latest() const { return latest_; }

    void hear(std::string_view heard)
    {
        while (!heard.empty() && state_ == State::going_on) {
            if (left_ > 0) {
                const std::uint64_t part = std::min<std::uint64_t>(left_, heard.size());
                left_ -= part;
                bytes_ += part;
                heard.remove_prefix(part);
                continue;
            }
            const std::size_t end = heard.find('\n');
            line_ += heard.substr(0, end);
            if (end == std::string_view::npos)
                return;
            heard.remove_prefix(end + 1);
            latest_ = std::exchange(line_, {});
            if (latest_.ends_with('\r'))
                latest_.pop_back();
            if (imap_)
                imap_line(latest_);
            else
                pop3_line(latest_);
        }
    }

private:
    static constexpr std::uint64_t most_users = 10'000;

    // The answer to the command before was good: the next one, or what comes instead.
    void go_on()
    {
        if (next_ < say_.size())
            out_ = say_[next_++];
        else
            state_ = idle_ ? State::idle : State::done;
    }

    void pop3_line(std::string_view line)
    {
        if (bytes_ > 0 && !ended_) { // behind the mail
            ended_ = line == ".";
            return ended_ ? go_on() : fail();
        }
        if (!line.starts_with("+OK"))
            return fail();
        const bool mail_follows = !idle_ && next_ == 3 && bytes_ == 0;
        if (!mail_follows)
            return go_on();
        left_ = std::strtoull(std::string(line.substr(3)).c_str(), nullptr, 10);
        if (left_ == 0)
            fail();
    }

    void imap_line(std::string_view line)
    {
        if (next_ == 0)
            return line.starts_with("* OK") ? go_on() : fail();
        if (line.starts_with("+"))
            return idle_ && next_ == say_.size() ? go_on() : fail();
        if (line.starts_with("* ") && line.ends_with('}')) {
            left_ = std::strtoull(std::string(line.substr(line.rfind('{') + 1)).c_str(),
                                  nullptr, 10);
            return;
        }
        if (bytes_ > 0 && !ended_) {
            ended_ = line.ends_with(')');
            return ended_ ? void() : fail();
        }
        if (line.starts_with("*"))
            return;
        if (!line.starts_with(fmt::format("a{} OK", next_ - 1)))
            return fail();
        const bool mail_is_missing = !idle_ && next_ == 3 && !ended_;
        mail_is_missing ? fail() : go_on();
    }

    void fail() { state_ = State::failed; }

    bool imap_;
    bool idle_;
    State state_ = State::going_on;
    std::vector<std::string> say_;
    std::size_t next_ = 0;
    std::string out_;
    std::string line_;   // half of one
    std::string latest_; // for whoever wants to know what was wrong
    std::uint64_t left_ = 0;
    std::uint64_t bytes_ = 0;
    bool ended_ = false; // the mail
};

} // namespace bench
