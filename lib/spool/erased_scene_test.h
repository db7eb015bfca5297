// SPDX-License-Identifier: Apache-2.0
// spool/erased_scene_test.h - messages that can be told apart on the disk, and what is left
// of them.
#pragma once

#include "spool/layout.h"
#include "spool/queue.h"
#include "spool/queue_fixture_test.h"
#include "spool/reader.h"
#include "spool/segments.h"
#include "spool/writer.h"

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace spool::erased {

inline constexpr std::size_t size_of_one = 100'000;

// Messages "0", "1" ... in one segment, each of a letter of its own.
inline std::vector<MessageId> add_some(Writer& writer, int count,
                                       std::size_t recipients = 1,
                                       std::int64_t arrival = 1'795'557'000'000'000)
{
    std::vector<MessageId> ids;
    for (int i = 0; i < count; ++i) {
        Envelope envelope;
        envelope.arrival = arrival;
        envelope.sender = "s" + std::to_string(i) + "@example.net";
        for (std::size_t r = 0; r < recipients; ++r)
            envelope.recipients.push_back({"r@example.org", notify_default, ""});
        Draft draft = writer.begin();
        draft.append(std::string(size_of_one, static_cast<char>('A' + i)));
        ids.push_back(writer.commit_and_wait(std::move(draft), envelope)->id);
    }
    return ids;
}
inline std::vector<MessageId> add_some(const TestSpool& spool, int count,
                                       std::size_t recipients = 1)
{
    Writer writer(spool.writer_options());
    return add_some(writer, count, recipients);
}

// Does any file of the log hold this message or its sender?
inline bool on_disk(const TestSpool& spool, int i)
{
    const std::string letter(64, static_cast<char>('A' + i));
    const std::string sender = "<s" + std::to_string(i) + "@example.net>";
    for (const auto number : segment_numbers(spool.directory())) {
        const std::string bytes = read_file(segment_path(spool.directory(), number));
        if (bytes.find(letter) != bytes.npos || bytes.find(sender) != bytes.npos)
            return true;
    }
    return false;
}

inline std::uint64_t used(const TestSpool& spool)
{
    std::uint64_t sum = 0;
    for (const auto number : segment_numbers(spool.directory()))
        sum += segment_info(spool.directory(), number)->used;
    return sum;
}

inline bool whole(const TestSpool& spool, const Queue& queue, MessageId id, int i)
{
    Reader reader(spool.directory());
    const auto message = reader.open(queue.find(id)->where(), true);
    return message && reader.read(*message, 0, message->size) ==
                          std::string(size_of_one, static_cast<char>('A' + i));
}

inline bool tidy_until(Queue& queue, Writer& writer, const std::function<bool()>& reached)
{
    for (int i = 0; i < 3000 && !reached(); ++i) {
        read_log(queue);
        queue.tidy(writer);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return reached();
}

inline void tidy_often(Queue& queue, Writer& writer)
{
    int rounds = 0;
    (void)tidy_until(queue, writer, [&rounds] { return ++rounds > 60; });
}

// As smtp-sendd is set up: nothing is carried or swept during a test.
inline QueueOptions quiet_options(const TestSpool& spool)
{
    QueueOptions options = spool.options();
    options.carry_after = 600;
    return options;
}

inline void deliver(Queue& queue, MessageId id)
{
    const std::vector<Outcome> outcomes = {{0, RecipientState::delivered, "ok"}};
    (void)queue.note(id, outcomes, 0, "mx:25");
}

} // namespace spool::erased
