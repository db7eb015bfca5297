// SPDX-License-Identifier: Apache-2.0
// db/journal_bind.h - "not known" and "none" are NULL in the journal.
#pragma once

#include "db/sqlite.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace db {

inline constexpr std::int64_t day_microseconds = 86'400'000'000;

inline void bind_number(Statement& statement, int index, std::optional<std::int64_t> number)
{
    if (number)
        statement.bind(index, *number);
    else
        statement.bind_null(index);
}

// The text must live until the statement is reset.
inline void bind_text(Statement& statement, int index, std::string_view text)
{
    if (text.empty())
        statement.bind_null(index);
    else
        statement.bind(index, text);
}

// The words of all attachments' names; taken away again by the same text.
template <class Names>
std::string names_together(const Names& names)
{
    std::string all;
    for (const std::string_view name : names) {
        if (!all.empty())
            all += '\n';
        all += name;
    }
    return all;
}

} // namespace db
