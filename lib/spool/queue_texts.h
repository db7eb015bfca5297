// SPDX-License-Identifier: Apache-2.0
// spool/queue_texts.h - reasons, destinations and domains, each kept once and counted.
//
// Other people's servers write these texts, so they are bounded: each in length, all
// together in bytes.  Beyond that new texts become `too_many_texts`; the mail log has them.
#pragma once

#include "spool/queue_entry.h"
#include "spool/queue_index.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

inline constexpr std::size_t max_text_length = 500;
inline constexpr std::size_t max_texts_bytes = 32u << 20;
inline constexpr std::string_view too_many_texts = "(too many different texts to keep)";

// Fit for a line of a file: control bytes become spaces, the length is bounded.
[[nodiscard]] std::string one_line(std::string_view text);

class QueueTexts {
public:
    explicit QueueTexts(std::size_t most_bytes = max_texts_bytes);

    // Adds a reference; give it back with drop().  `text` must be one_line().
    [[nodiscard]] TextNumber intern(std::string_view text);
    void drop(TextNumber number);

    [[nodiscard]] std::string_view text(TextNumber number) const
    {
        return texts_[number].text;
    }
    [[nodiscard]] TextNumber find(std::string_view text) const;
    [[nodiscard]] std::size_t size() const { return index_.size(); }

private:
    struct Text {
        std::string text;
        std::uint64_t hash = 0;
        std::uint32_t references = 0;
    };

    [[nodiscard]] std::uint64_t hash(std::string_view text) const;
    [[nodiscard]] TextNumber find(std::uint64_t hash, std::string_view text) const;
    [[nodiscard]] TextNumber add(std::uint64_t hash, std::string_view text);
    void free(TextNumber number);

    std::deque<Text> texts_; // stable: views of them are handed out
    std::vector<TextNumber> free_;
    QueueIndex index_;
    std::size_t bytes_ = 0;
    std::size_t most_bytes_;
    std::uint64_t seed_; // strangers choose the texts, so they must not know
};

} // namespace spool
