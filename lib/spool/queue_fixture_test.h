// SPDX-License-Identifier: Apache-2.0
// spool/queue_fixture_test.h - a spool in a directory of its own, for the tests of the
// queue.
#pragma once

#include "spool/queue.h"
#include "spool/writer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

class TestSpool {
public:
    TestSpool();
    ~TestSpool();
    TestSpool(const TestSpool&) = delete;
    TestSpool& operator=(const TestSpool&) = delete;

    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] QueueOptions options() const;
    [[nodiscard]] WriterOptions writer_options() const;

    // Accepts a message of `bytes` for so many recipients, in a segment that is then sealed
    // unless a writer is given.
    MessageId add(std::size_t recipients, std::size_t bytes = 100);
    MessageId add(Writer& writer, std::size_t recipients, std::size_t bytes = 100) const;

    // Becomes what the other one's disk has right now: as if its processes were killed.
    void copy_from(const TestSpool& other);

private:
    std::string directory_;
};

// Reads the log to its end; what was new.
std::vector<MessageId> read_log(Queue& queue);

[[nodiscard]] std::string read_file(const std::string& path);
void write_file(const std::string& path, std::string_view text);
[[nodiscard]] std::uint64_t file_size(const std::string& path);

// While it lives no file of this process can grow beyond one byte (RLIMIT_FSIZE).
class NoRoom {
public:
    NoRoom();
    ~NoRoom() { end(); }
    void end();
    NoRoom(const NoRoom&) = delete;
    NoRoom& operator=(const NoRoom&) = delete;

private:
    std::uint64_t before_ = 0;
    bool ended_ = false;
};

} // namespace spool
