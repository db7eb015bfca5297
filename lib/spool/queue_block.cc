// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_block.h"

#include <fmt/format.h>

#include <new>
#include <xxhash.h>

namespace spool {

namespace {

Checksum new_checksum()
{
    Checksum state(XXH3_createState());
    if (state == nullptr)
        throw std::bad_alloc();
    XXH3_64bits_reset(state.get());
    return state;
}

// In the order of RecipientState and Hold.
constexpr std::string_view state_letters = "wdfexo";
constexpr std::string_view hold_letters = "-og";
static_assert(state_letters.size() == recipient_state_count);

std::string flags(const Entry& entry)
{
    std::string letters;
    if (entry.delay_noticed())
        letters += 'n';
    if (entry.requeued())
        letters += 'q';
    if (entry.expire_requested())
        letters += 'e';
    return letters.empty() ? "-" : letters;
}

std::string where_word(MessageId id, Location where)
{
    const MessageId packed(where);
    return packed == id ? "-" : packed.text();
}

} // namespace

void FreeChecksum::operator()(XXH3_state_s* state) const
{
    XXH3_freeState(state);
}

BlockWriter::BlockWriter(std::uint64_t number) : checksum_(new_checksum())
{
    lines_ = fmt::format("begin {}\n", number);
}

std::uint32_t BlockWriter::text(TextNumber number, const QueueTexts& texts)
{
    if (number == 0)
        return 0;
    const auto [found, is_new] =
        numbers_.try_emplace(number, static_cast<std::uint32_t>(numbers_.size() + 1));
    if (is_new) {
        lines_ += "text";
        append_word(lines_, found->second);
        append_word(lines_, texts.text(number));
        lines_ += '\n';
    }
    return found->second;
}

void BlockWriter::entry(const Entry& entry, const QueueTexts& texts)
{
    const std::uint32_t reason = text(entry.reason(), texts);
    const std::uint32_t destination = text(entry.destination(), texts);
    for (std::uint32_t i = 0; i < entry.recipients(); ++i) {
        (void)text(entry.reason(i), texts);
        (void)text(entry.domain(i), texts);
    }
    lines_ += "entry";
    append_word(lines_, entry.id().text());
    append_word(lines_, where_word(entry.id(), entry.where()));
    append_word(lines_, entry.size());
    append_word(lines_, static_cast<std::uint64_t>(entry.arrival()));
    append_word(lines_, static_cast<std::uint64_t>(entry.next_attempt()));
    append_word(lines_, entry.attempts());
    append_word(lines_, hold_letters.substr(static_cast<std::size_t>(entry.hold()), 1));
    append_word(lines_, flags(entry));
    append_word(lines_, reason);
    append_word(lines_, destination);
    append_word(lines_, entry.recipients());
    for (std::uint32_t i = 0; i < entry.recipients(); ++i) {
        append_word(lines_,
                    state_letters.substr(static_cast<std::size_t>(entry.state(i)), 1));
        append_word(lines_, text(entry.reason(i), texts));
        append_word(lines_, text(entry.domain(i), texts));
    }
    lines_ += '\n';
    ++entries_;
}

void BlockWriter::copy(MessageId id, Location where)
{
    lines_ += "copy";
    append_word(lines_, id.text());
    append_word(lines_, where.segment == 0 ? "-" : MessageId(where).text());
    lines_ += '\n';
}

void BlockWriter::erase(Location where)
{
    lines_ += "erase";
    append_word(lines_, MessageId(where).text());
    lines_ += '\n';
}

void BlockWriter::read(const Follower::Position& position)
{
    lines_ += "read";
    append_word(lines_, position.segment);
    append_word(lines_, position.offset);
    append_word(lines_, position.finished ? "finished" : "open");
    lines_ += '\n';
}

void BlockWriter::end()
{
    hash_new();
    lines_ +=
        fmt::format("end {} {:016x}\n", entries_, XXH3_64bits_digest(checksum_.get()));
    hashed_ = lines_.size();
}

std::string BlockWriter::take()
{
    hash_new();
    hashed_ = 0;
    return std::exchange(lines_, {});
}

void BlockWriter::hash_new()
{
    XXH3_64bits_update(checksum_.get(), lines_.data() + hashed_, lines_.size() - hashed_);
    hashed_ = lines_.size();
}

BlockReader::BlockReader() : texts_(1), checksum_(new_checksum()) {}

bool BlockReader::owns(std::string_view line)
{
    const std::string_view first = Words(line).word();
    for (const std::string_view word :
         {"entry", "text", "begin", "copy", "erase", "read", "end"})
        if (first == word)
            return true;
    return false;
}

BlockReader::Said BlockReader::line(std::string_view line)
{
    Words words(line);
    const std::string_view first = words.word();
    if (first == "begin") {
        XXH3_64bits_reset(checksum_.get());
        entries_ = 0;
        positions_.clear();
    }
    if (first == "end")
        return end(words);
    XXH3_64bits_update(checksum_.get(), line.data(), line.size());
    XXH3_64bits_update(checksum_.get(), "\n", 1);
    if (first == "begin")
        return begin(words);
    if (first == "entry")
        return read_entry(words);
    if (first == "text")
        return text(words);
    if (first == "copy")
        return read_copy(words);
    if (first == "erase")
        return read_erase(words);
    if (first == "read")
        return read_position(words);
    return Said::damaged;
}

BlockReader::Said BlockReader::said(const Words& words, Said what)
{
    return words.bad() || !open_ ? Said::damaged : what;
}

BlockReader::Said BlockReader::begin(Words words)
{
    number_ = words.number<std::uint64_t>();
    open_ = true;
    return said(words, Said::nothing);
}

BlockReader::Said BlockReader::text(Words words)
{
    const std::size_t number = words.number<std::uint32_t>();
    if (words.bad() || number == 0 || number > texts_.size())
        return Said::damaged;
    if (number == texts_.size())
        texts_.emplace_back();
    texts_[number] = words.rest();
    return said(words, Said::nothing);
}

std::string_view BlockReader::text_of(Words& words) const
{
    const std::size_t number = words.number<std::uint32_t>();
    if (number < texts_.size())
        return texts_[number];
    words.spoil();
    return {};
}

void BlockReader::read_flags(Words& words)
{
    const std::size_t hold = hold_letters.find(words.word());
    if (hold >= hold_letters.size())
        words.spoil();
    else
        entry_.hold = static_cast<Hold>(hold);
    const std::string_view letters = words.word();
    if (letters.empty() || letters.find_first_not_of("-nqe") != letters.npos)
        words.spoil();
    entry_.delay_noticed = letters.find('n') != letters.npos;
    entry_.requeued = letters.find('q') != letters.npos;
    entry_.expire_requested = letters.find('e') != letters.npos;
}

void BlockReader::read_recipients(Words& words)
{
    const std::uint32_t count = words.number<std::uint32_t>();
    recipients_.clear();
    for (std::uint32_t i = 0; i < count && !words.bad(); ++i) {
        const std::string_view letter = words.word();
        const std::size_t state =
            letter.size() == 1 ? state_letters.find(letter) : letter.npos;
        if (state == letter.npos)
            words.spoil();
        else
            recipients_.push_back(
                {static_cast<RecipientState>(state), text_of(words), text_of(words)});
    }
    if (count == 0 || !words.done())
        words.spoil();
    entry_.recipients = recipients_;
}

BlockReader::Said BlockReader::read_entry(Words words)
{
    entry_.id = words.id();
    Words where_words(words.word());
    entry_.where = where_words.rest() == "-" ? entry_.id.first_written()
                                             : where_words.id().first_written();
    if (where_words.bad())
        words.spoil();
    entry_.size = words.number<std::uint64_t>();
    entry_.arrival = words.time();
    entry_.next_attempt = words.time();
    entry_.attempts = words.number<std::uint32_t>();
    read_flags(words);
    entry_.reason = text_of(words);
    entry_.destination = text_of(words);
    read_recipients(words);
    ++entries_;
    return said(words, Said::entry);
}

BlockReader::Said BlockReader::read_copy(Words words)
{
    copy_id_ = words.id();
    Words where_words(words.word());
    copy_where_ = where_words.rest() == "-" ? Location() : where_words.id().first_written();
    return said(where_words.bad() ? where_words : words, Said::copy);
}

BlockReader::Said BlockReader::read_erase(Words words)
{
    erase_where_ = words.id().first_written();
    if (!words.done())
        words.spoil();
    return said(words, Said::erase);
}

BlockReader::Said BlockReader::read_position(Words words)
{
    Follower::Position position;
    position.segment = words.number<std::uint64_t>();
    position.offset = words.number<std::uint64_t>();
    const std::string_view state = words.word();
    position.finished = state == "finished";
    if (!position.finished && state != "open")
        words.spoil();
    positions_.push_back(position);
    return said(words, Said::position);
}

BlockReader::Said BlockReader::end(Words words)
{
    const std::uint64_t entries = words.number<std::uint64_t>();
    const std::string checksum =
        fmt::format("{:016x}", XXH3_64bits_digest(checksum_.get()));
    const bool whole = entries == entries_ && words.word() == checksum;
    const Said what = said(words, whole ? Said::complete : Said::damaged);
    open_ = false;
    return what;
}

} // namespace spool
