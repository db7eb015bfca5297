// SPDX-License-Identifier: Apache-2.0
// db/words.h - enumerations as the words that stand in the tables and in CSV files.
#pragma once

#include "db/directory.h"

#include <optional>
#include <span>
#include <string_view>

namespace db {

using Words = std::span<const std::string_view>;

// In the order of the enumerators.
inline constexpr std::string_view verify_words[] = {"any", "list", "probe"};
inline constexpr std::string_view protocol_words[] = {"smtp",  "lmtp", "pop3",
                                                      "pop3s", "imap", "imaps"};
inline constexpr std::string_view tls_words[] = {"none", "may", "encrypt", "verify",
                                                 "fingerprint"};
inline constexpr std::string_view client_info_words[] = {"none", "xclient", "xforward",
                                                         "proxy", "id"};
inline constexpr std::string_view kind_words[] = {"mailbox", "rewrite", "copy", "forward"};

template <class Enum>
[[nodiscard]] std::string_view word(Words words, Enum value)
{
    return words[static_cast<std::size_t>(value)];
}

template <class Enum>
[[nodiscard]] std::optional<Enum> from_word(Words words, std::string_view text)
{
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == text)
            return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace db
