// SPDX-License-Identifier: Apache-2.0
// smtp/dot_stuffer.h - makes a message fit for DATA: RFC 5321 sections 2.3.8 and 4.5.2.
//
// Doubles a dot at the beginning of a line, and lets no bare CR or LF out, because a server
// that takes one as the end of a line could be made to see a second message in the first.
// A bare LF becomes CRLF and a bare CR becomes CRLF, as if the writer had meant a line end.
// finish() adds the CRLF a last line without one lacks, and the final dot.
//
// Dots::kept: the line ends alone, for whoever doubles the dots himself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace smtp {

class DotStuffer {
public:
    enum class Dots : std::uint8_t { doubled, kept };
    explicit DotStuffer(Dots dots = Dots::doubled) : dots_(dots) {}

    // Appends the converted bytes to `out`.
    void feed(std::string_view bytes, std::string& out);
    void finish(std::string& out);

private:
    Dots dots_;
    bool line_start_ = true;
    bool after_cr_ = false; // a CR was read and not written yet
};

} // namespace smtp
