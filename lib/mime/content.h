// SPDX-License-Identifier: Apache-2.0
// mime/content.h - how many octets a body has when decoded (RFC 2045 section 6), and the
// first of them.
//
// Given the body as it is sent, cut anywhere.  Decodes what is asked for and counts the
// rest: counting is several times cheaper.  The count is what decoders in use come to:
//     base64            other octets than its own are skipped, "=" ends it, what is left
//                       over without "=" counts as far as it makes octets
//     quoted-printable  "=" with no two digits stands for itself, blanks before a line end
//                       count, "=" as the very last octets does not
//     uuencode          lines before "begin" and from "end" on do not count
#pragma once

#include "mime/uuencode.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mime {

enum class Encoding : std::uint8_t { identity, base64, quoted_printable, uuencode };
// The value of a Content-Transfer-Encoding; a word that is not known changes nothing.
[[nodiscard]] Encoding encoding_of(std::string_view value);

class Content {
public:
    // `wanted`: octets to decode.  More if their signature stands further behind.
    Content(Encoding encoding, std::size_t wanted) : encoding_(encoding), wanted_(wanted) {}

    void take(std::string_view octets);
    void finish(); // no more will come

    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] const std::string& front() const { return front_; }
    [[nodiscard]] const std::string& name() const { return uu_.name; } // behind "begin"

private:
    [[nodiscard]] bool full() const { return front_.size() >= wanted_; }
    void take_base64(std::string_view octets);
    [[nodiscard]] std::string_view decode_base64(std::string_view octets);
    void end_base64();
    void take_quoted_printable(std::string_view octets);
    void take_after_equals(char c);
    void take_uuencode(std::string_view octets);
    void end_uu_line();
    void give(std::string_view octets);

    Encoding encoding_;
    std::size_t wanted_;
    bool looked_ = false; // whether `wanted` is enough
    std::uint64_t size_ = 0;
    std::string front_;
    bool ended_ = false;
    // base64: digits that make no three octets yet; quoted-printable: behind "=".
    unsigned held_ = 0;
    std::uint32_t saved_ = 0;
    UuState uu_;
};

} // namespace mime
