// SPDX-License-Identifier: Apache-2.0
// smtp/reply_parser.h - what a server said to us (RFC 5321 section 4.2), fed in pieces.
//
// A reply is one or several lines "250-text" ... "250 text".  The parser keeps at most
// `text` bytes of them (a reason is for people), but follows the reply to its end within
// `lines` and `line`; what is longer or has another form is malformed, and after that the
// connection is of no use.  Control bytes and bytes outside ASCII in the text become '?',
// so that a reply can be quoted in a report and in a log line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

// RFC 3463: "5.1.1".  subject and detail up to three digits.
struct EnhancedStatus {
    int kind = 0; // 2, 4, 5; 0: none was given
    int subject = 0;
    int detail = 0;
    [[nodiscard]] std::string text() const;
    bool operator==(const EnhancedStatus&) const = default;
};

// The status at the beginning of `text`, followed by its end or a space; kind 0 if none.
[[nodiscard]] EnhancedStatus parse_enhanced_status(std::string_view text);

struct PeerReply {
    int code = 0;                   // 200 ... 599; 0: nothing was said
    std::vector<std::string> lines; // without code and CRLF
    [[nodiscard]] bool positive() const { return code >= 200 && code < 300; }
    [[nodiscard]] bool transient() const { return code >= 400 && code < 500; }
    [[nodiscard]] bool permanent() const { return code >= 500; }
    // The enhanced status of the first line if it fits the code, else "4.0.0" and such.
    [[nodiscard]] EnhancedStatus status() const;
    // "451 4.7.1 come back later; second line", at most `most` bytes.
    [[nodiscard]] std::string text(std::size_t most = 512) const;
};

struct ReplyLimits {
    std::size_t line = 2048;  // RFC 5321 4.5.3.1.5 asks for 512
    std::size_t lines = 200;  // EHLO answers of large servers have about 30
    std::size_t text = 16384; // of all lines together, kept
};

class ReplyParser {
public:
    explicit ReplyParser(ReplyLimits limits = {}) : limits_(limits) {}

    enum class State : std::uint8_t { more, complete, malformed };

    // Takes bytes up to the end of one reply; returns how many.  After `complete` the next
    // feed begins the next reply; `malformed` stays.
    std::size_t feed(std::string_view bytes);
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const PeerReply& reply() const { return reply_; }
    [[nodiscard]] PeerReply take();
    [[nodiscard]] const std::string& why() const { return why_; }
    // Part of a reply has been heard, not all of it.
    [[nodiscard]] bool begun() const;

private:
    void take_line(std::string_view line);
    void refuse(std::string why);

    ReplyLimits limits_;
    State state_ = State::more;
    PeerReply reply_;
    std::string partial_;
    std::size_t seen_lines_ = 0;
    std::size_t kept_ = 0;
    std::string why_;
};

} // namespace smtp
