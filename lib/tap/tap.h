// SPDX-License-Identifier: Apache-2.0
// tap/tap.h - what a process that serves mail has of interception: who is of interest, and
// where to put what happens to them.
//
//     const auto targets = tap.interested({sender, recipient}, now);
//     if (!targets.empty())
//         tap.submit(event, targets, content);      waits for nothing
//
// What is submitted lies in memory that outlives the process (tap/arena.h).  A thread of
// low priority works at fixed times, whether there is something to do or not: twenty times
// a second it seals what was submitted and writes it, once a second it looks for another
// list, and for what others left behind who were killed; where there is a process for each
// connection, only when it starts.  Mail never waits for it: when it
// cannot follow, content is dropped, and the event says so; events are kept in memory until
// there is room for them on the disk.
//
// A stop loses nothing; nor does a kill, or a stop while the disk is full, as long as there
// is room in the arena: what was submitted is written by the next process, or by one
// beside.  Witnesses submit an accepted mail before its answer, everything else behind it
// (tap/agenda.h): a kill costs what happened in the instant between; a power cut what was
// submitted since the last time that the thread wrote.
//
// Nothing here writes a log line.
//
// Threads: find(), interested() and submit() from any.
#pragma once

#include "li/event.h"
#include "li/identity.h"
#include "tap/content.h"
#include "tap/match_list.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tap {

struct Options {
    std::string spool;                       // [tkuev] spool
    std::string memory;                      // directory on a memory file system
    std::size_t memory_bytes = 8u << 20;     // of it are taken at once
    bool serves_one = false;                 // a single connection, then it ends
    std::uint64_t content_bytes = 64u << 20; // content in memory and not yet taken
    std::int64_t content_seconds = 60;       // then it is destroyed
    li::Rules rules;
};

struct Submitted;

// A record of what is about to happen.
class Prepared {
public:
    Prepared(Target target, std::unique_ptr<Submitted> record);
    Prepared(Prepared&& other) noexcept;
    Prepared& operator=(Prepared&& other) noexcept;
    ~Prepared(); // without a trace, if it was not submitted

private:
    friend class Tap;
    Target target_;
    std::unique_ptr<Submitted> record_;
};

class Tap {
public:
    // Events that wait for room on the disk; beyond it the oldest go, and are counted.
    static constexpr std::size_t events_limit = 100'000;

    // Makes its record file and reads the list, if there is one yet.  Throws base::Failure
    // (fix_config) when records could not be written.
    explicit Tap(Options options);
    ~Tap(); // writes what was submitted, or leaves it to others while the disk is full
    Tap(const Tap&) = delete;
    Tap& operator=(const Tap&) = delete;

    [[nodiscard]] const li::Rules& rules() const;
    // Changes whenever the list is read anew.
    [[nodiscard]] std::uint64_t generation() const;
    // The measures that cover `time` and want any of these identities, each once.
    [[nodiscard]] std::vector<Target> interested(std::span<const std::string> canonical,
                                                 std::int64_t time) const;
    // The same, whatever their times.
    [[nodiscard]] std::vector<Target> find(std::span<const std::string> canonical) const;
    // For content that is to be gathered.
    [[nodiscard]] std::shared_ptr<Gathered> new_content() const;
    // For each target a record; content goes to those who may have it.
    void submit(li::Event event, std::span<const Target> targets,
                const Content& content = nullptr);

    // The same in two steps: what takes time is done before it is certain, or known when it
    // happens, or under which queue id.  Nothing is submitted if the measure does not cover
    // that time.
    [[nodiscard]] Prepared prepare(li::Event event, const Target& target,
                                   const Content& content) const;
    void submit(Prepared prepared, std::int64_t time, std::string_view queue_id);

    // For tests: the list has been looked at, and everything submitted before is on the
    // disk, dropped, or waits for room there.
    void flush();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Follows identities over a long session, in which a measure may begin or end.
class Watch {
public:
    void follow(const Tap* tap, std::vector<std::string> canonical)
    {
        tap_ = tap;
        identities_ = std::move(canonical);
        seen_ = 0;
        matched_.clear();
    }
    [[nodiscard]] std::span<const Target> targets(std::int64_t time);
    // The first that is of interest, as of the last call of targets(); empty: none.
    [[nodiscard]] const std::string& matched() const { return matched_; }

private:
    const Tap* tap_ = nullptr; // null: nobody is of interest
    std::vector<std::string> identities_;
    std::vector<Target> targets_; // whatever their times
    std::vector<Target> covering_;
    std::string matched_;
    std::uint64_t seen_ = 0;
};

} // namespace tap
