// SPDX-License-Identifier: Apache-2.0
// journal/filer.h - files what the log and the events say into the journal.
//
// Rows and positions are one transaction: whoever dies begins again where the last one
// ended, and what is told twice changes nothing.  Messages are found by reading the log,
// never by events: none is missing because its event is.
//
// Threads: one.
#pragma once

#include "base/clock.h"
#include "db/journal.h"
#include "journal/concerned.h"
#include "journal/events.h"
#include "journal/sources.h"
#include "journal/texts.h"
#include "spool/event_reader.h"
#include "spool/reader.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace journal {

// Events have addresses: their lines go when they are filed.
inline constexpr base::seconds erase_after_usually{60};

struct FilerOptions {
    std::string spool;
    std::string database;
    db::JournalPolicies policies;
    // When it throws nothing is filed until it does not.
    OwnerOf owner_of;
    std::size_t messages = 2000; // in a batch, at most
    std::size_t lines = 10'000;
    // False: files of events stay, and nobody is told of positions.
    bool owner = true;
    // What is filed of a file that is still written is on the disk for so long.
    base::seconds erase_after = erase_after_usually;
    std::function<base::SteadyTime()> steady = base::Steady::now;
};

struct FiledRound {
    std::size_t messages = 0;
    std::size_t lines = 0;
    bool more = false; // something was left for the next round
    bool lost = false; // some events were: the queue may know what they said
};

class Filer {
public:
    // Throws base::Failure.
    explicit Filer(FilerOptions options);

    // One batch.  When it throws base::Failure nothing has happened: call it again.
    FiledRound round();
    // Recipients of whom nothing final is filed get what the queue's results say of them:
    // after a power cut the last events may be lost.
    void ask_queue();

private:
    using Position = spool::Follower::Position;
    struct File { // of events
        std::unique_ptr<spool::EventReader> reader;
        std::uint64_t at = 0;      // filed
        std::uint64_t damaged = 0; // lines that were told of
    };
    struct Erased { // of a file of events
        std::uint64_t before = 0;
        base::SteadyTime when; // or when more was filed first
    };
    struct Taken { // for one batch
        std::vector<spool::Found> messages;
        std::vector<mime::Summary> summaries;
        std::vector<Event> events;
        std::vector<db::JournalLoss> lost;
        FiledRound round;
    };
    struct Moved { // since the last batch
        std::vector<Position> log;
        Filed sources;
        std::vector<std::string> gone;
    };

    void begin_again();
    FiledRound try_round();
    void take_messages(Taken& taken);
    void take_lines(Taken& taken);
    void take_line(Taken& taken, const spool::EventLine& line);
    void look_for_files(FiledRound& round);
    void open_files(std::vector<std::string>::const_iterator from,
                    std::vector<std::string>::const_iterator to);
    void open_file(const std::string& name);
    [[nodiscard]] Moved moved() const;
    void file(Taken& taken);
    void tell_lost(Taken& taken);
    void file_event(db::JournalBatch& batch, Event&& event);
    void look_up(db::JournalResult& result);
    void tell_positions();
    void remove_finished();
    [[nodiscard]] std::string owner_of(std::string_view address) const;
    template <class Mail>
    [[nodiscard]] std::string tenants_of(const Mail& mail) const;
    void erase_filed();

    const FilerOptions options_;
    db::Journal journal_;
    Texts texts_;
    spool::Reader reader_;                      // of messages that results come before
    std::unique_ptr<spool::Follower> follower_; // null: to begin again
    Filed filed_;                               // positions in the database
    std::vector<Position> log_;                 // those of the log among them, sorted
    std::vector<std::string> names_;            // of all files of events, sorted
    std::map<std::string, File> files_;         // of some of them
    std::string last_looked_at_;
    std::size_t not_looked_at_ = 0;             // of names_, since all had their turn
    std::map<std::string, Erased> erased_;      // of names_; some of it is filed
    std::set<std::string> unreadable_;          // of names_; told
    std::optional<std::vector<Position>> told_; // of log_
};

} // namespace journal
