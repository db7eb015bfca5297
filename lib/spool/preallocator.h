// SPDX-License-Identifier: Apache-2.0
// spool/preallocator.h - writes the next segment full of zeros before it is needed.
//
// Overwriting blocks that exist lets fdatasync commit no metadata, which is what makes the
// log fast.  This is a luxury: when space is short it makes a smaller file or none, and the
// committer never waits for it.  Nor may the mail's syncs wait behind it: the zeros go out
// in small steps, hardly faster than the caller allows, which is as its own segment fills.
#pragma once

#include "base/clock.h"
#include "spool/incoming.h"
#include "spool/writer.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace spool {

struct PreparedFile {
    IncomingFile file;
    std::uint64_t size;
};

class Preallocator {
public:
    Preallocator(Disk& disk, const WriterOptions& options);
    ~Preallocator();

    // Starts to prepare a file unless there is one or it is being made; so many bytes of
    // its zeros may have been written by now (more only as time goes by).
    void prepare(std::uint64_t allowed);
    [[nodiscard]] bool has_one();
    [[nodiscard]] std::optional<PreparedFile> take();

private:
    void run();
    [[nodiscard]] std::uint64_t size_now() const;
    [[nodiscard]] std::optional<PreparedFile> make();
    bool fill(const PreparedFile& prepared);
    bool write_zeros(const PreparedFile& prepared, bool direct);
    // Waits until so many bytes are allowed, or long enough.  False: the process ends.
    [[nodiscard]] bool may_write(std::uint64_t bytes);

    Disk& disk_;
    std::string spool_;
    std::uint64_t segment_size_;
    std::uint64_t keep_free_;
    Preallocate how_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool wanted_ = false;
    bool stop_ = false;
    std::uint64_t allowed_ = 0;
    std::uint64_t awaited_ = 0; // what the thread waits to be allowed
    base::SteadyTime not_before_;
    std::optional<PreparedFile> made_;
    std::thread thread_; // last: uses all of the above
};

} // namespace spool
