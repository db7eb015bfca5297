// SPDX-License-Identifier: Apache-2.0
// smtp/data_decoder.h - the bytes of a message: where they end, and whether we take them.
//
// One decoder per message.  DATA: only CRLF "." CRLF ends it, the dots that RFC 5321 4.5.2
// put in front of lines are removed.  BDAT: RFC 3030, the caller counts octets, no dots.
// Both check the same rules and note the same facts.  Output is a list of spans of the
// input (or of static strings), nothing is copied: use them before the input goes away.
//
// Stray newlines (CR without LF, LF without CR), RFC 5321 2.3.8:
//   refuse     the message is read to its real end and then refused; nothing behind a stray
//              newline is ever looked at as a command.
//   normalise  a lone LF becomes CRLF, a lone CR becomes a space; a dot behind a lone LF is
//              text, and LF "." CRLF, LF "." LF and the like end nothing.
// With BODY=BINARYMIME everything passes as it is.
//
// Trouble does not stop the reading: spans are no longer handed out, the end is still
// found, and refusal() is the reply to give then.
#pragma once

#include "smtp/limits.h"
#include "smtp/reply.h"
#include "text/header_scanner.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace smtp {

enum class StrayNewline : std::uint8_t { refuse, normalise };

struct DecoderOptions {
    StrayNewline stray_newline = StrayNewline::refuse;
    bool binary = false;     // BODY=BINARYMIME (BDAT only)
    bool refuse_nul = false; // NUL outside BINARYMIME: passed on by default
};

enum class Trouble : std::uint8_t {
    none,
    bare_lf,
    bare_cr,
    nul,
    too_big,         // Limits::message_size
    line_too_long,   // Limits::text_line
    header_too_big,  // Limits::header_size
    too_many_fields, // Limits::header_fields
    too_many_hops,   // Limits::hops: a loop
};
[[nodiscard]] Reply refusal_for(Trouble trouble);

class DataDecoder {
public:
    using Spans = std::vector<std::string_view>;
    struct Progress {
        std::size_t consumed = 0; // what is behind belongs to the next command
        bool ended = false;       // CRLF.CRLF seen
    };

    explicit DataDecoder(const Limits& limits, DecoderOptions options = {});

    // DATA: scans input up to the end mark, appends what to store to `out`.
    Progress data(std::string_view input, Spans& out);
    // BDAT: `input` is (part of) a chunk, never more than the client announced.
    void chunk(std::string_view input, Spans& out);
    // BDAT: the LAST chunk is complete; may append the tail.
    void end_chunks(Spans& out);

    // Why the message is to be refused after its end; nothing if it is fine.
    [[nodiscard]] std::optional<Reply> refusal() const;
    [[nodiscard]] Trouble trouble() const { return trouble_; }

    // Facts, complete after the end.
    [[nodiscard]] const text::HeaderScanner& header() const { return header_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }  // bytes handed out
    [[nodiscard]] bool dot_lines() const { return dot_lines_; } // of what was handed out
    [[nodiscard]] bool eight_bit() const { return eight_bit_; }
    [[nodiscard]] bool nul() const { return nul_; }
    [[nodiscard]] std::size_t longest_line() const { return longest_line_; } // without CRLF
    [[nodiscard]] bool ends_with_newline() const { return place_ == Place::line_start; }

private:
    // Where the next byte stands.
    enum class Place : std::uint8_t {
        line_start, // behind CRLF, or at the very beginning
        inside,     // anywhere in a line
        after_cr,   // a CR is held back until we know what follows
        after_lf,   // behind a lone LF: a line begins, but a dot here is text
        dot,        // "." at a line start is held back (DATA)
        dot_cr,     // "." CR at a line start (DATA)
    };
    struct Scan; // one call's way through its input

    void scan(Scan& scan);
    void begin_line(Scan& scan);
    void behind_cr(Scan& scan);
    void behind_dot(Scan& scan);
    void behind_dot_cr(Scan& scan);
    void run(Scan& scan);
    void grow_line(std::size_t bytes);
    void end_line();
    void binary_chunk(std::string_view input, Spans& out);
    void finish();

    void emit(Spans& out, std::string_view bytes);
    void look(std::string_view bytes);
    void look_at_header(std::string_view bytes);
    void note(Trouble trouble);

    Limits limits_;
    DecoderOptions options_;
    text::HeaderScanner header_;
    Place place_ = Place::line_start;
    Trouble trouble_ = Trouble::none;
    bool dot_lines_ = false;
    bool eight_bit_ = false;
    bool nul_ = false;
    std::uint64_t size_ = 0;
    std::size_t line_ = 0; // bytes of the line under way
    std::size_t longest_line_ = 0;
};

} // namespace smtp
