// SPDX-License-Identifier: Apache-2.0
// journalq/print.h - messages and logins as people and as programs read them.
//
// Everything is appended to a string that is used again.  What strangers have written is
// shown without control characters.
#pragma once

#include "db/journal_search.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace journalq {

enum class Format : std::uint8_t {
    lines,   // one for each message
    stories, // all about each, in a paragraph
    json,    // an object a line
    csv,     // a row for each recipient
    ids,     // of accepted messages
};

// "2026-11-23 13:00:00" in the local zone, and "2026-11-23T12:00:00.000Z" as the views of
// journal-db(5) have it; from microseconds since 1970.
[[nodiscard]] std::string local_time(std::int64_t time);
[[nodiscard]] std::string utc_time(std::int64_t time);

// Seconds of the delay, "1.250"; empty while it waits.
[[nodiscard]] std::string delay_text(const db::FiledMessage& filed,
                                     const db::FiledRecipient& recipient);

// What an address that was searched for may be filed as.
using Wanted = std::vector<std::string>;
[[nodiscard]] Wanted wanted_by(const db::JournalCriteria& criteria,
                               const db::JournalSearch& search);
// The result of who is wanted is the one that is shown.
void append_line(std::string& out, const db::FiledMessage& filed, const Wanted& wanted);
void append_story(std::string& out, const db::FiledMessage& filed);
void append_json(std::string& out, const db::FiledMessage& filed);
void append_csv_header(std::string& out);
void append_csv_rows(std::string& out, const db::FiledMessage& filed);

void append_line(std::string& out, const db::FiledLogin& filed);
void append_json(std::string& out, const db::FiledLogin& filed);
void append_login_csv_header(std::string& out);
void append_csv_row(std::string& out, const db::FiledLogin& filed);

// "bounce 00132TMY8NEP0 failed, to ann@example.net": what came of a message, for its story.
void append_child(std::string& out, const db::FiledMessage& child);

} // namespace journalq
