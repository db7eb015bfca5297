// SPDX-License-Identifier: Apache-2.0
// spool/queue_words.h - takes a line of the queue's files apart, word by word, and builds
// one.
//
// A million lines are read at a start, so nothing is copied and nothing allocated.
#pragma once

#include "spool/id.h"

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spool {

class Words {
public:
    explicit Words(std::string_view line) : rest_(line) {}

    // The next word; empty at the end.  Words are parted by exactly one space.
    [[nodiscard]] std::string_view word()
    {
        const std::size_t space = rest_.find(' ');
        const std::string_view found = rest_.substr(0, space);
        rest_ =
            space == std::string_view::npos ? std::string_view() : rest_.substr(space + 1);
        return found;
    }
    // Everything that is left.
    [[nodiscard]] std::string_view rest() const { return rest_; }

    // The next word as a decimal number that fits; otherwise bad() from now on.
    template <std::unsigned_integral T>
    [[nodiscard]] T number()
    {
        const std::string_view digits = word();
        T value{};
        const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
        bad_ = bad_ || error != std::errc{} || end != digits.end();
        return value;
    }
    // Seconds since 1970; what the entries can hold.
    [[nodiscard]] std::int64_t time() { return number<std::uint32_t>(); }
    [[nodiscard]] MessageId id()
    {
        const std::optional<MessageId> found = MessageId::parse(word());
        bad_ = bad_ || !found || *found == MessageId();
        return found.value_or(MessageId());
    }
    void spoil() { bad_ = true; }
    [[nodiscard]] bool bad() const { return bad_; }
    [[nodiscard]] bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
    bool bad_ = false;
};

inline void append_number(std::string& line, std::uint64_t number)
{
    char digits[20];
    const auto result = std::to_chars(std::begin(digits), std::end(digits), number);
    line.append(digits, result.ptr);
}

inline void append_word(std::string& line, std::string_view word)
{
    line += ' ';
    line += word;
}

inline void append_word(std::string& line, std::uint64_t number)
{
    line += ' ';
    append_number(line, number);
}

} // namespace spool
