// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_texts.h"

#include <algorithm>
#include <cassert>
#include <random>
#include <xxhash.h>

namespace spool {

std::string one_line(std::string_view text)
{
    std::string line(text.substr(0, max_text_length));
    std::ranges::replace_if(
        line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return line;
}

QueueTexts::QueueTexts(std::size_t most_bytes) : most_bytes_(most_bytes)
{
    std::random_device random;
    seed_ = (std::uint64_t{random()} << 32) | random();
    texts_.emplace_back(); // number 0, the empty text, needs no counting
}

TextNumber QueueTexts::intern(std::string_view text)
{
    if (text.empty())
        return 0;
    const std::uint64_t key = hash(text);
    TextNumber number = find(key, text);
    if (number == 0 && bytes_ + text.size() > most_bytes_ && text != too_many_texts)
        return intern(too_many_texts);
    if (number == 0)
        number = add(key, text);
    ++texts_[number].references;
    return number;
}

void QueueTexts::drop(TextNumber number)
{
    if (number == 0)
        return;
    assert(texts_[number].references > 0);
    if (--texts_[number].references == 0)
        free(number);
}

TextNumber QueueTexts::find(std::string_view text) const
{
    return text.empty() ? 0 : find(hash(text), text);
}

std::uint64_t QueueTexts::hash(std::string_view text) const
{
    return XXH3_64bits_withSeed(text.data(), text.size(), seed_);
}

TextNumber QueueTexts::find(std::uint64_t hash, std::string_view text) const
{
    return index_.find(hash, [&](TextNumber number) {
        return texts_[number].hash == hash && texts_[number].text == text;
    });
}

TextNumber QueueTexts::add(std::uint64_t hash, std::string_view text)
{
    TextNumber number = 0;
    if (free_.empty()) {
        number = static_cast<TextNumber>(texts_.size());
        texts_.emplace_back();
    } else {
        number = free_.back();
        free_.pop_back();
    }
    texts_[number] = {std::string(text), hash, 0};
    index_.insert(hash, number, [this](TextNumber n) { return texts_[n].hash; });
    bytes_ += text.size();
    return number;
}

void QueueTexts::free(TextNumber number)
{
    index_.erase(texts_[number].hash, number,
                 [this](TextNumber n) { return texts_[n].hash; });
    bytes_ -= texts_[number].text.size();
    texts_[number].text = {};
    free_.push_back(number);
}

} // namespace spool
