// SPDX-License-Identifier: Apache-2.0
// spool/replay_scene_test.h - a spool with mail in it, and a run that sends all of it
// again.
#pragma once

#include "spool/replay_sender.h"
#include "spool/test_disk.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>
#include <set>
#include <string>

namespace spool::test {

inline std::string name_of(int number)
{
    return std::to_string(number) + "@example";
}

inline std::string text_of(int number)
{
    return "Subject: " + std::to_string(number) + "\r\n\r\n" +
           std::string(static_cast<std::size_t>(number * 700), 'x') + "\r\n";
}

inline WriterOptions options_for(const std::string& directory, Disk& disk)
{
    auto options = small_options(directory);
    options.segment_size = 8 << 10;
    options.disk = &disk;
    return options;
}

// Messages to 0@example, 1@example ...; all of them in a plan.
inline ReplayPlan plan_of(const std::string& directory)
{
    ReplayPlan plan{.made = 1'795'557'000, .rate = 0, .items = {}};
    for (const Found& one : read_all(directory).found)
        plan.items.push_back({one.envelope.id,
                              one.where,
                              one.size,
                              {{0, one.envelope.recipients.at(0).address}}});
    return plan;
}

inline std::string prepare(const std::string& directory, int count, Disk& disk)
{
    {
        Writer writer(options_for(directory, disk));
        for (int i = 0; i < count; ++i)
            REQUIRE(write(writer, name_of(i), text_of(i)));
    }
    return make_replay(directory, plan_of(directory));
}

inline std::string prepare(const std::string& directory, int count)
{
    HastyDisk disk;
    return prepare(directory, count, disk);
}

// What was sent again, by recipient.
inline std::multiset<std::string> replays(const Everything& seen)
{
    std::multiset<std::string> names;
    for (const Found& one : seen.found)
        if (one.envelope.origin == Origin::replay)
            names.insert(one.envelope.recipients.at(0).address);
    return names;
}

inline std::multiset<std::string> each_once(int count)
{
    std::multiset<std::string> names;
    for (int i = 0; i < count; ++i)
        names.insert(name_of(i));
    return names;
}

// Until it is done; how many were sent.
inline std::size_t send_all(const std::string& directory, const std::string& name,
                            Disk& disk, std::size_t at_a_time = 3)
{
    ReplaySender sender({directory, name}, options_for(directory, disk));
    std::size_t count = 0;
    while (!sender.done())
        count += sender.send(at_a_time);
    return count;
}

} // namespace spool::test
