// SPDX-License-Identifier: Apache-2.0
#include "journal/lag.h"

#include "base/failure.h"
#include "db/journal_search.h"
#include "journal/sources.h"
#include "spool/event_reader.h"
#include "spool/layout.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace journal {

namespace {

constexpr std::uint64_t most_counted = 1'000'000;
constexpr std::size_t step = 4096;

void note_time(Lag& lag, std::int64_t time)
{
    lag.oldest = std::min(lag.oldest.value_or(time), time);
}

void count_messages(Lag& lag, const std::string& spool, const Filed& filed)
{
    spool::Follower follower(spool, positions_in(filed));
    const auto found = [&lag](spool::Found&& one) {
        ++lag.messages;
        lag.octets += one.size;
        note_time(lag, one.envelope.arrival);
    };
    const auto damaged = [](spool::Location, std::string_view) {};
    while (lag.messages < most_counted && follower.poll(step, found, damaged) == step) {
    }
    lag.counted = lag.messages < most_counted;
}

// Nothing: it is filed by now, and removed, or no file of ours; who files says so.
std::optional<spool::EventReader> open(const std::string& directory,
                                       const std::string& name)
{
    try {
        return std::optional<spool::EventReader>(std::in_place, directory, name);
    } catch (const base::Failure&) {
        return std::nullopt;
    }
}

void count_lines(Lag& lag, spool::EventReader& reader)
{
    while (lag.lines < most_counted) {
        const auto line = reader.next();
        if (!line)
            return;
        ++lag.lines;
        note_time(lag, line->time);
    }
    lag.counted = false;
}

} // namespace

Lag lag_of(const std::string& spool, const std::string& database)
{
    const Filed filed = filed_in(db::JournalSearch(database).progress());
    Lag lag;
    count_messages(lag, spool, filed);
    const std::string directory = spool::events_directory(spool);
    for (const std::string& name : spool::event_files(directory)) {
        auto reader = open(directory, name);
        if (!reader)
            continue;
        reader->seek(filed_of_events(filed, name));
        count_lines(lag, *reader);
    }
    return lag;
}

} // namespace journal
