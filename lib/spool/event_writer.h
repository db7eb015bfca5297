// SPDX-License-Identifier: Apache-2.0
// spool/event_writer.h - what a program reports to whoever files it: a line for each event.
//
//     file     lines; events/NAME, NAME is random; locked as long as its program writes it;
//              made with its first line; learned/NAME: the same, of another kind.  Zeros at
//              its beginning, mostly without blocks, are what was filed and erased
//     line     when it happened, microseconds since 1970; program; the event as
//              sponts-log(5) has it, key=value
//
// A line is one write(2) to the page cache: it survives the death of the program, and a
// power cut when whoever files it has synced it.  Nothing here waits for a disk, and mail
// never fails because of it: events that could not be written are counted, and the next
// line that can be is preceded by "- events-lost events=COUNT".
//
// Threads: take() may be called by any.
#pragma once

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

namespace spool {

class EventWriter : public base::EventTaker {
public:
    struct Options {
        std::string directory; // that of this kind of events
        std::string program;
        std::span<const std::string_view> wanted; // events, sorted; outlives the writer
        std::uint64_t file_size = 16u << 20;      // then it goes on in another
        std::uint64_t free_space = 256u << 20;    // with less nothing is written
        std::uint64_t backlog = 1u << 30;         // nor while all files have more than this
        mode_t mode = 0640;                       // of the files
    };

    explicit EventWriter(Options options) : options_(std::move(options)) {}

    [[nodiscard]] bool wants(std::string_view event) const override;
    void take(std::string_view line) override { (void)write_line(line); }
    // False: it is lost.
    bool write_line(std::string_view line);

private:
    [[nodiscard]] bool open_next();
    [[nodiscard]] bool has_room();
    [[nodiscard]] bool look_for_room() const;
    [[nodiscard]] bool write(std::string_view line);

    const Options options_;
    std::mutex mutex_;
    base::Fd file_;
    std::uint64_t size_ = 0;
    std::uint64_t lost_ = 0;
    bool room_ = true;
    base::SteadyTime look_again_{}; // at the free space
};

// For those who write, as long as they may.  Throws base::Failure.
void make_events_directory(const std::string& spool);
void make_learned_directory(const std::string& spool); // for nobody else to look into

} // namespace spool
