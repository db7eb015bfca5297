// SPDX-License-Identifier: Apache-2.0
// imap/fetch_scanner.h - one "* 12 FETCH (...)" of a server, as it comes in pieces.
//
// Finds the items that hold text of the message and hands their octets to the observer;
// notes UID and RFC822.SIZE; goes past everything else.  Linear, no recursion, and the
// same few bytes of memory whatever comes.
#pragma once

#include "imap/observer.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace imap {

class FetchScanner {
public:
    explicit FetchScanner(Observer& observer) : observer_(&observer) {}

    void begin(std::uint32_t sequence);
    // Of the line, behind "FETCH ".
    void text(std::string_view text);
    void literal(std::uint64_t size);
    void octets(std::string_view octets, bool last);
    // The end of the answer, or of the connection.
    void end();
    void cut();

private:
    static constexpr std::size_t longest_item = 32;
    static constexpr std::size_t longest_section = 256;
    static constexpr std::size_t longest_number = 20;

    enum class In : std::uint8_t {
        between,   // items
        item,      // "BODY"
        section,   // "[HEADER.FIELDS (TO)"
        item_tail, // "<2048>" or ".PEEK"
        value,     // where a value begins
        word,      // an atom
        quoted,
        nested, // a list
    };

    [[nodiscard]] std::size_t take_quoted(std::string_view text);
    void take(char c);
    void take_value(char c);
    void take_nested(char c);
    void begin_item(char c);
    void end_word();
    [[nodiscard]] bool wanted() const;
    void begin_content(std::optional<std::uint64_t> size);
    void end_content(bool whole);

    Observer* observer_;
    std::uint32_t sequence_ = 0;
    std::uint32_t uid_ = 0;
    std::uint64_t size_ = 0;
    std::uint32_t depth_ = 0; // of parentheses; 1: the items themselves
    In in_ = In::between;
    bool escaped_ = false;
    bool quote_ = false;     // within a list
    bool bracketed_ = false; // the item had a section, perhaps an empty one
    bool content_ = false;   // fetch_began() without its fetch_ended()
    std::string item_;
    std::string section_;
    std::string word_; // a value, or what stands behind the section
};

} // namespace imap
