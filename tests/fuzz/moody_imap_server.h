// SPDX-License-Identifier: Apache-2.0
// moody_imap_server.h - a server that wants literals, refuses them, or takes the octets of
// one that did not wait for commands, as its moods are: what servers do.
#pragma once

#include "imap/argument_scanner.h"
#include "imap/framer.h"
#include "imap/open_commands.h"
#include "text/lines.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fuzz {

class MoodyImapServer {
public:
    explicit MoodyImapServer(std::uint8_t moods) : moods_(moods) {}

    // Answers whatever is to be answered to these bytes.
    std::string hear(std::string_view bytes)
    {
        heard_ += bytes;
        while (take_octets() || take_line()) {
        }
        return std::exchange(answer_, {});
    }
    // Messages that it has taken whole.
    [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }
    // It has taken octets for commands.
    [[nodiscard]] bool lost_step() const { return lost_step_; }

private:
    bool mood()
    {
        moods_ = static_cast<std::uint8_t>(moods_ << 1 | moods_ >> 7);
        return (moods_ & 1) != 0;
    }

    bool take_octets()
    {
        if (left_ == 0 || heard_.empty())
            return false;
        const std::string octets = heard_.substr(0, left_);
        heard_.erase(0, octets.size());
        left_ -= octets.size();
        content_ += octets;
        if (left_ == 0)
            end_literal();
        return true;
    }

    void end_literal()
    {
        if (is_message_)
            messages_.push_back(content_);
        else
            arguments_.octets(content_, true);
        content_.clear();
    }

    bool take_line()
    {
        const std::size_t end = heard_.find('\n');
        if (left_ > 0 || end == std::string::npos)
            return false;
        std::string line = heard_.substr(0, end);
        heard_.erase(0, end + 1);
        if (line.ends_with('\r'))
            line.pop_back();
        obey(line);
        return true;
    }

    void obey(std::string_view line)
    {
        if (idle_) {
            idle_ = false;
            return answer(text::equal_ignoring_case(line, "DONE") ? "OK done" : "BAD no");
        }
        if (!within_)
            begin(line);
        const imap::Announcement literal = imap::announced(line);
        if (name_ == "IDLE") {
            idle_ = imap::is_sound_tag(tag_) && mood();
            return idle_ ? void(answer_ += "+ idling\r\n") : answer("BAD no");
        }
        arguments_.text(within_ ? line : rest_of(line));
        within_ = false;
        if (literal.length == 0) {
            arguments_.end();
            return answer(mood() ? "OK done" : mood() ? "NO no" : "BAD no");
        }
        take_announcement(literal);
    }

    void begin(std::string_view line)
    {
        tag_ = line.substr(0, line.find(' '));
        std::string_view rest = line.substr(std::min(tag_.size() + 1, line.size()));
        name_ = text::to_upper(rest.substr(0, rest.find(' ')));
        const bool upload = name_ == "APPEND" && imap::is_sound_tag(tag_);
        arguments_.begin(upload ? imap::ArgumentScanner::Of::upload
                                : imap::ArgumentScanner::Of::nothing);
    }

    [[nodiscard]] std::string_view rest_of(std::string_view line) const
    {
        return line.substr(std::min(tag_.size() + 1 + name_.size() + 1, line.size()));
    }

    // Octets that it does not want come all the same if their literal does not wait.
    void take_announcement(const imap::Announcement& literal)
    {
        is_message_ = arguments_.literal() && name_ == "APPEND" && imap::is_sound_tag(tag_);
        const bool wanted = imap::is_sound_tag(tag_) && mood();
        if (!wanted) {
            lost_step_ = lost_step_ || !literal.waits;
            return answer(literal.waits && mood() ? "NO no" : "BAD no");
        }
        if (literal.waits)
            answer_ += "+ go on\r\n";
        within_ = true;
        left_ = literal.size;
        if (left_ == 0)
            end_literal();
    }

    void answer(std::string_view how)
    {
        answer_ += imap::is_sound_tag(tag_) ? tag_ + " " + std::string(how) : "* BAD what";
        answer_ += "\r\n";
    }

    std::uint8_t moods_;
    std::string heard_;
    std::string answer_;
    std::string tag_;
    std::string name_;
    std::string content_;
    imap::ArgumentScanner arguments_;
    std::vector<std::string> messages_;
    std::uint64_t left_ = 0;
    bool within_ = false; // behind a literal
    bool is_message_ = false;
    bool idle_ = false;
    bool lost_step_ = false;
};

} // namespace fuzz
