// SPDX-License-Identifier: Apache-2.0
// text/header_scanner.h - looks at a message's header while it streams by.
//
// Counts what the limits ask for and notes the few fields a relay must know of.  It never
// changes or interprets a field's meaning, and decodes nothing.  Give it the message from
// its first byte, cut anywhere, until done().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace text {

class HeaderScanner {
public:
    // Returns the bytes used: less than given once the header has ended (its empty line is
    // used too), 0 afterwards.
    std::size_t scan(std::string_view bytes);
    // The message ended: a header without an empty line is a message without a body.
    void finish();

    [[nodiscard]] bool done() const { return state_ == State::done; }
    [[nodiscard]] std::size_t size() const { return size_; } // header bytes so far
    [[nodiscard]] std::uint32_t fields() const { return fields_; }
    [[nodiscard]] std::uint32_t received() const { return received_; }
    [[nodiscard]] std::size_t longest_line() const { return longest_line_; } // with CR
    [[nodiscard]] bool has_return_path() const { return return_path_; }
    [[nodiscard]] bool has_date() const { return date_; }
    [[nodiscard]] bool has_from() const { return from_; }
    [[nodiscard]] std::uint32_t delivered_to() const { return delivered_to_; }
    [[nodiscard]] bool has_message_id() const { return message_id_; }
    // Body of the first Message-ID field: printable ASCII, trimmed, at most 250 bytes.
    [[nodiscard]] const std::string& message_id() const { return message_id_text_; }

private:
    enum class State : std::uint8_t { line_start, name, rest, done };

    void begin_line(char first);
    void begin_field();
    void end_field();
    void end_line();
    void end_line_without_colon();
    std::size_t take_name(std::string_view bytes);
    std::size_t take_rest(std::string_view bytes);

    State state_ = State::line_start;
    std::string name_; // of the field under way, lower case, at most 32 bytes
    std::string message_id_text_;
    std::size_t size_ = 0;
    std::size_t line_ = 0; // bytes of the line under way
    std::size_t longest_line_ = 0;
    std::uint32_t fields_ = 0;
    std::uint32_t received_ = 0;
    std::uint32_t delivered_to_ = 0;
    bool in_message_id_ = false;
    bool return_path_ = false;
    bool date_ = false;
    bool from_ = false;
    bool message_id_ = false;
};

} // namespace text
