// SPDX-License-Identifier: Apache-2.0
// imap/framer.h - cuts what one side says into text, ends of lines and literals.
//
// A line may announce a literal at its end: "{17}", "{17+}" (RFC 7888) or "~{17}" (RFC
// 3516); then so many octets follow, and the line goes on.  The framer works on whatever
// bytes have come, keeps none of them but the last few of a line, and its pieces together
// are the bytes it was given: nothing is lost or added.
//
// CRLF ends a line, and so does LF alone: servers accept it, and whoever accepts less than
// they do can be told one thing while they hear another.  A "{17}" within quotes or behind
// other words than those of a command is no announcement; the caller knows and says so with
// no_literals().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace imap {

struct Piece {
    enum class Kind : std::uint8_t {
        more,     // nothing left: come back with more bytes
        text,     // of a line, without its end (a CR perhaps, if its LF has not come yet)
        literal,  // the end of a line that announced a literal: `size`, `waits`
        octets,   // of the literal
        line_end, // the command or response is complete
    };
    Kind kind = Kind::more;
    std::string_view bytes;
    std::uint64_t size = 0;
    bool waits = false; // "{17}": the sender waits for "+" before it goes on
    // The last octets of the literal, or a literal of size 0.
    bool last = false;
};

// "...{17+}" at the end of `text`: nothing else than an announcement, or size UINT64_MAX
// where the number does not fit.
struct Announcement {
    std::uint64_t size = 0;
    bool waits = true;
    std::size_t length = 0; // of its own text, braces and "~" included; 0: there is none
};
[[nodiscard]] Announcement announced(std::string_view text);

class Framer {
public:
    // The next piece, taken from the front of `bytes`.
    [[nodiscard]] Piece next(std::string_view& bytes);

    // The line under way cannot announce a literal any more.
    void no_literals() { literals_ = false; }
    // At the beginning of a command or response: nothing of it has been seen.
    [[nodiscard]] bool at_start() const { return at_start_; }
    // How many of the last bytes of the text may say that a literal does not wait: of
    // "{17+}" the "+}", of "{17+" the "+", and a CR behind.
    [[nodiscard]] std::size_t unwaiting_tail() const;
    // Octets of the literal that have still to come.
    [[nodiscard]] std::uint64_t expected() const { return left_; }
    // The receiver does not want the literal that was announced: a new line begins.
    void cancel_literal();

private:
    // How far the text has come to be an announcement.
    enum class At : std::uint8_t { none, brace, number, plus, closed, cr };

    [[nodiscard]] Piece take_octets(std::string_view& bytes);
    [[nodiscard]] Piece take_text(std::string_view& bytes, std::size_t size);
    [[nodiscard]] Piece take_end(std::string_view& bytes, std::size_t size);
    void remember(std::string_view text);

    void step(char c);

    At at_ = At::none;
    bool waits_ = true;
    bool literals_ = true;
    bool at_start_ = true;
    std::uint64_t announced_ = 0; // the number so far
    std::uint64_t left_ = 0;
};

// A line end stands at the beginning of `bytes`.
[[nodiscard]] inline bool ends_line(std::string_view bytes)
{
    return bytes.starts_with('\n') || bytes.starts_with("\r\n");
}

// Text whose last CR is of the line end, if its LF is the next that comes.
[[nodiscard]] inline bool may_end_line(const Piece& piece)
{
    return piece.kind == Piece::Kind::text && piece.bytes.ends_with('\r');
}

// What has come of a line, without the CR of a line end whose LF is the next that comes.
[[nodiscard]] inline std::string_view line_of(std::string_view text, std::string_view next)
{
    if (next.starts_with('\n') && text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

} // namespace imap
