// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_change.h"

#include "spool/queue_words.h"

#include <array>

namespace spool {

namespace {

// In the order of Change::What.  A result's word is the recipient's state.
constexpr std::array<std::string_view, 11> words = {
    "result",  "attempt", "delay-notice", "hold",  "release", "retry",
    "requeue", "delete",  "expire",       "carry", "moved"};
static_assert(words.size() == static_cast<std::size_t>(Change::What::moved) + 1);

std::uint64_t seconds(std::int64_t when)
{
    return when < 0 ? 0 : static_cast<std::uint64_t>(when);
}

std::string_view word_of(const Change& change)
{
    if (change.what == Change::What::result)
        return to_string(change.state);
    return words[static_cast<std::size_t>(change.what)];
}

bool set_what(Change& change, std::string_view word)
{
    for (std::uint8_t state = 0; state < recipient_state_count; ++state)
        if (word == to_string(static_cast<RecipientState>(state))) {
            change.what = Change::What::result;
            change.state = static_cast<RecipientState>(state);
            return true;
        }
    for (std::size_t i = 1; i < words.size(); ++i)
        if (word == words[i]) {
            change.what = static_cast<Change::What>(i);
            return true;
        }
    return false;
}

Hold hold_of(Words& line)
{
    const std::string_view word = line.word();
    if (word == to_string(Hold::by_operator))
        return Hold::by_operator;
    if (word != to_string(Hold::by_guard))
        line.spoil();
    return Hold::by_guard;
}

} // namespace

std::string_view to_string(RecipientState state)
{
    static constexpr std::array<std::string_view, recipient_state_count> names = {
        "waiting", "delivered", "failed", "expired", "deleted", "forwarded"};
    return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(Hold hold)
{
    static constexpr std::array<std::string_view, 3> names = {"none", "operator", "guard"};
    return names[static_cast<std::size_t>(hold)];
}

void append_line(std::string& lines, const Change& change)
{
    lines += change.id.text();
    append_word(lines, word_of(change));
    switch (change.what) {
    case Change::What::result:
        append_word(lines, change.recipient);
        append_word(lines, change.text);
        break;
    case Change::What::attempt:
        append_word(lines, change.attempts);
        append_word(lines, seconds(change.when));
        append_word(lines, change.text);
        break;
    case Change::What::hold:
        append_word(lines, to_string(change.hold));
        append_word(lines, change.text);
        break;
    case Change::What::release:
    case Change::What::retry:
    case Change::What::requeue:
    case Change::What::expire:
        append_word(lines, seconds(change.when));
        break;
    case Change::What::moved:
        append_word(lines, MessageId(change.where).text());
        break;
    case Change::What::delay_notice:
    case Change::What::remove:
    case Change::What::carry:
        break;
    }
    lines += '\n';
}

std::optional<Change> parse_change(std::string_view line)
{
    // A page that a power cut left as zeros: whatever stands around it is not a line.
    if (line.find('\0') != std::string_view::npos)
        return std::nullopt;
    Words words_of_line(line);
    Change change;
    change.id = words_of_line.id();
    if (words_of_line.bad() || !set_what(change, words_of_line.word()))
        return std::nullopt;
    switch (change.what) {
    case Change::What::result:
        change.recipient = words_of_line.number<std::uint32_t>();
        change.text = words_of_line.rest();
        break;
    case Change::What::attempt:
        change.attempts = words_of_line.number<std::uint32_t>();
        change.when = words_of_line.time();
        change.text = words_of_line.rest();
        break;
    case Change::What::hold:
        change.hold = hold_of(words_of_line);
        change.text = words_of_line.rest();
        break;
    case Change::What::release:
    case Change::What::retry:
    case Change::What::requeue:
    case Change::What::expire:
        change.when = words_of_line.time();
        break;
    case Change::What::moved:
        change.where = words_of_line.id().first_written();
        break;
    case Change::What::delay_notice:
    case Change::What::remove:
    case Change::What::carry:
        break;
    }
    if (words_of_line.bad())
        return std::nullopt;
    return change;
}

} // namespace spool
