// SPDX-License-Identifier: Apache-2.0
// mime/header.h - the fields of one header that are of use here (RFC 5322 section 2.2).
//
// Unfolds, and decodes nothing.  Of a field given twice the first counts, as for most
// readers.  A line that is no field is passed over; if the very first line is none, there
// is no header at all.
#pragma once

#include "mime/lines.h"
#include "mime/summary.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mime {

enum class Field : std::uint8_t {
    subject,
    from,
    message_id,
    content_type,
    content_disposition,
    content_transfer_encoding,
};
inline constexpr std::size_t field_count = 6;

class Header {
public:
    enum class Verdict : std::uint8_t { goes_on, ended, never_was };

    // never_was: `piece` belongs to the body.
    [[nodiscard]] Verdict take(const Piece& piece, const Limits& limits);

    // Control characters and all, on one line.
    [[nodiscard]] const std::string& operator[](Field field) const
    {
        return values_[static_cast<std::size_t>(field)];
    }
    [[nodiscard]] bool cut() const { return cut_; }
    [[nodiscard]] bool broken() const { return broken_; }

private:
    [[nodiscard]] Verdict take(const Piece& piece, std::string_view line,
                               const Limits& limits);
    [[nodiscard]] bool begin_field(std::string_view line);
    void append(std::string_view text, const Limits& limits);

    std::array<std::string, field_count> values_;
    std::array<bool, field_count> seen_{};
    std::string* current_ = nullptr;
    bool any_ = false; // a field has come
    std::size_t size_ = 0;
    bool cut_ = false;
    bool broken_ = false;
};

} // namespace mime
