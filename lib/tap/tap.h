// SPDX-License-Identifier: Apache-2.0
// tap/tap.h - what a process that serves mail has of interception: who is of interest, and
// where to put what happens to them.
//
//     const auto targets = tap.interested({sender, recipient}, now);
//     if (!targets.empty())
//         tap.submit(event, targets, content);      waits for nothing
//
// A thread of low priority works at fixed times, whether there is something to do or not:
// twenty times a second it seals what was submitted and writes it, once a second it looks
// for another list.  Mail never waits for it: when it cannot follow, content is dropped,
// and the event says so; events are kept in memory until there is room for them on the
// disk.
//
// What a kill of the process costs: what was submitted in the last instants and is not yet
// written.  A stop loses nothing.
//
// Nothing here writes a log line.
//
// Threads: find(), interested() and submit() from any.
#pragma once

#include "li/event.h"
#include "li/identity.h"
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
    std::uint64_t content_bytes = 64u << 20; // content in memory and not yet taken
    std::int64_t content_seconds = 60;       // then it is destroyed
    li::Rules rules;
};

// Of a message or a part of one, as it passed.  Shared by the measures that want it.
using Content = std::shared_ptr<const std::string>;

class Tap {
public:
    // Events that wait for room on the disk; beyond it the oldest go, and are counted.
    static constexpr std::size_t events_limit = 100'000;

    // Makes its record file and reads the list, if there is one yet.  Throws base::Failure
    // (fix_config) when records could not be written.
    explicit Tap(Options options);
    ~Tap(); // writes what was submitted
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
    // For each target a record; content goes to those who may have it.
    void submit(li::Event event, std::span<const Target> targets,
                const Content& content = nullptr);

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
    }
    [[nodiscard]] std::span<const Target> targets(std::int64_t time);

private:
    const Tap* tap_ = nullptr; // null: nobody is of interest
    std::vector<std::string> identities_;
    std::vector<Target> targets_; // whatever their times
    std::vector<Target> covering_;
    std::uint64_t seen_ = 0;
};

} // namespace tap
