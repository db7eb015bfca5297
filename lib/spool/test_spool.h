// SPDX-License-Identifier: Apache-2.0
// spool/test_spool.h - what the tests of the spool share: a spool in a directory of its
// own, short ways to write and to read.
#pragma once

#include "base/log.h"
#include "spool/reader.h"
#include "spool/writer.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace spool::test {

class TemporarySpool {
public:
    // In memory, where there is such a thing: for tests that make very many files.
    enum class Where : std::uint8_t { disk, memory };

    explicit TemporarySpool(Where where = Where::disk)
    {
        namespace fs = std::filesystem;
        const fs::path memory = "/dev/shm";
        const bool use_memory =
            where == Where::memory && ::access(memory.c_str(), W_OK) == 0;
        std::string name =
            (use_memory ? memory : fs::temp_directory_path()) / "sponts-spool-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    TemporarySpool(const TemporarySpool&) = delete;
    TemporarySpool& operator=(const TemporarySpool&) = delete;
    ~TemporarySpool() { std::filesystem::remove_all(path); }

    std::string path;
};

// The failures are wanted here, and need not be read.
struct QuietLog {
    QuietLog()
    {
        base::LogOptions options;
        options.level = static_cast<base::Level>(0);
        base::configure_log(options);
    }
    ~QuietLog() { base::configure_log({}); }
};

// Small and without marks, so that a test needs little disk.
inline WriterOptions small_options(const std::string& directory)
{
    WriterOptions options;
    options.directory = directory;
    options.name = "test";
    options.segment_size = 1 << 20;
    options.free_space = 0;
    options.free_inodes = 0;
    options.preallocate = Preallocate::none;
    return options;
}

inline Envelope envelope_for(std::string_view recipient)
{
    Envelope envelope;
    envelope.arrival = 1'795'557'000'000'000;
    envelope.sender = "sender@example.org";
    envelope.recipients.push_back({std::string(recipient), notify_default, ""});
    return envelope;
}

inline CommitResult write(Writer& writer, std::string_view recipient,
                          std::string_view bytes)
{
    Draft draft = writer.begin();
    draft.append(bytes);
    return writer.commit_and_wait(std::move(draft), envelope_for(recipient));
}

// Polls until nothing comes; what was damaged is counted.
struct Everything {
    std::vector<Found> found;
    std::vector<std::string> damaged;

    void poll(Follower& follower)
    {
        while (follower.poll(
                   100, [this](Found&& one) { found.push_back(std::move(one)); },
                   [this](Location, std::string_view why) { damaged.emplace_back(why); }) >
               0) {
        }
    }
    [[nodiscard]] std::vector<std::string> recipients() const
    {
        std::vector<std::string> names;
        for (const Found& one : found)
            names.push_back(one.envelope.recipients.at(0).address);
        return names;
    }
};

inline Everything read_all(const std::string& directory)
{
    Everything everything;
    Follower follower(directory, {});
    everything.poll(follower);
    return everything;
}

inline std::string read_message(Reader& reader, Location where, bool checksum = true)
{
    const auto message = reader.open(where, checksum);
    if (!message)
        return "unreadable";
    return reader.read(*message, 0, message->size);
}

} // namespace spool::test
