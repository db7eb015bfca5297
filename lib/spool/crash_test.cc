// SPDX-License-Identifier: Apache-2.0
// Power cuts and failing disks: every acknowledged message is there, and none is half.
#include "spool/test_disk.h"
#include "spool/test_spool.h"

#include <cerrno>
#include <condition_variable>
#include <doctest/doctest.h>
#include <map>
#include <mutex>
#include <set>

using spool::test::envelope_for;
using spool::test::Everything;
using spool::test::FailingDisk;
using spool::test::ForgetfulDisk;
using spool::test::read_all;
using spool::test::read_message;
using spool::test::TemporarySpool;

namespace {

namespace fs = std::filesystem;

// The bytes of the n-th message are known from its recipient.
std::string name_of(int n)
{
    return std::to_string(n) + "@example";
}

std::string bytes_of(const std::string& name)
{
    const int n = std::stoi(name);
    const std::size_t size = n % 7 == 3 ? 70'000 : static_cast<std::size_t>(n * 131 % 3000);
    std::string bytes;
    while (bytes.size() < size)
        bytes += "message " + name + " at " + std::to_string(bytes.size()) + "\r\n";
    return bytes;
}

spool::WriterOptions crash_options(const std::string& directory, spool::Disk& disk)
{
    auto options = spool::test::small_options(directory);
    options.segment_size = 16 << 10;
    options.draft_memory = 4000;
    options.preallocate = spool::Preallocate::zeros;
    options.disk = &disk;
    return options;
}

// What the writer promised, from whichever thread.
class Promises {
public:
    spool::CommitDone note(std::string name)
    {
        return [this, name](spool::CommitResult result) {
            const std::lock_guard lock(mutex_);
            if (result)
                kept_.emplace(name, *result);
            else
                refused_.emplace(name, result.error().what());
            answered_.notify_all();
        };
    }
    [[nodiscard]] std::map<std::string, spool::Committed> kept()
    {
        const std::lock_guard lock(mutex_);
        return kept_;
    }
    // Until so many were answered.
    void wait(std::size_t count)
    {
        std::unique_lock lock(mutex_);
        answered_.wait(lock, [&] { return kept_.size() + refused_.size() >= count; });
    }
    [[nodiscard]] std::map<std::string, std::string> refused()
    {
        const std::lock_guard lock(mutex_);
        return refused_;
    }

private:
    std::mutex mutex_;
    std::condition_variable answered_;
    std::map<std::string, spool::Committed> kept_;
    std::map<std::string, std::string> refused_;
};

// Messages from `first` on, several at a time, so that batches have more than one.
void send(spool::Writer& writer, Promises& promises, int first, int count)
{
    for (int n = first; n < first + count; ++n) {
        const std::string name = name_of(n);
        spool::Draft draft = writer.begin();
        try {
            draft.append(bytes_of(name));
        } catch (const base::Failure&) {
            // commit says it again
        }
        writer.commit(std::move(draft), envelope_for(name), promises.note(name));
    }
}

std::multiset<std::string> found_names(const Everything& seen)
{
    const auto names = seen.recipients();
    return {names.begin(), names.end()};
}

void check_whole(const std::string& directory, const Everything& seen)
{
    spool::Reader reader(directory);
    for (const spool::Found& one : seen.found) {
        const std::string& name = one.envelope.recipients.at(0).address;
        const bool whole = read_message(reader, one.where) == bytes_of(name);
        CHECK_MESSAGE(whole, name);
    }
}

// A power cut happened: what does the next start find?
void check_image(const std::string& image,
                 const std::map<std::string, spool::Committed>& kept)
{
    spool::test::Everything seen = read_all(image);
    const auto names = found_names(seen);
    for (const auto& [name, committed] : kept)
        CHECK_MESSAGE(names.count(name) == 1, name);
    check_whole(image, seen);
    spool::test::HastyDisk hasty;
    auto options = spool::test::small_options(image);
    options.disk = &hasty;
    spool::Writer writer(options);
    CHECK(fs::is_empty(image + "/log/incoming"));
    const auto next = spool::test::write(writer, "1@example", bytes_of("1@example"));
    REQUIRE(next);
    for (const auto& [name, committed] : kept)
        CHECK(committed.id != next->id);
}

} // namespace

TEST_CASE("spool: a power cut at any operation loses nothing that was acknowledged")
{
    const TemporarySpool spool;
    const TemporarySpool images(TemporarySpool::Where::memory);
    ForgetfulDisk disk(spool.path);
    Promises promises;
    unsigned operations = 0;
    std::size_t most_kept = 0;
    disk.watch = [&] {
        const std::string image = images.path + "/image";
        disk.image(++operations, image);
        const auto kept = promises.kept();
        most_kept = std::max(most_kept, kept.size());
        check_image(image, kept);
    };
    {
        spool::Writer writer(crash_options(spool.path, disk));
        for (int round = 0; round < 12; ++round) {
            send(writer, promises, round * 6, 6);
            (void)spool::test::write(writer, name_of(1000 + round),
                                     bytes_of(name_of(1000 + round)));
        }
    }
    disk.watch = {};
    CHECK(operations >= 200);
    CHECK(most_kept > 60);
    CHECK(promises.kept().size() == 72);
    for (unsigned seed = 0; seed < 20; ++seed) {
        disk.image(seed, images.path + "/image");
        check_image(images.path + "/image", promises.kept());
    }
}

namespace {

void check_exactly(const std::string& directory, Promises& promises)
{
    const Everything seen = read_all(directory);
    std::multiset<std::string> kept;
    for (const auto& [name, committed] : promises.kept())
        kept.insert(name);
    CHECK(found_names(seen) == kept);
    CHECK(seen.damaged.empty());
    check_whole(directory, seen);
}

// Returns false when the failure was never reached: the run went through.
bool run_with_failure(FailingDisk& disk, std::uint64_t first)
{
    const TemporarySpool spool(TemporarySpool::Where::memory);
    Promises promises;
    try {
        spool::Writer writer(crash_options(spool.path, disk));
        for (int round = 0; round < 4; ++round) {
            send(writer, promises, round * 4, 4);
            (void)spool::test::write(writer, "1000@example", "");
        }
    } catch (const base::Failure&) {
        CHECK(promises.kept().empty()); // the writer could not begin
    }
    std::map<std::string, spool::Committed> kept = promises.kept();
    const Everything seen = read_all(spool.path);
    CHECK(seen.damaged.empty());
    const auto names = found_names(seen);
    for (const auto& [name, committed] : kept)
        CHECK_MESSAGE(names.count(name) == 1, name);
    for (const auto& [name, why] : promises.refused())
        CHECK_MESSAGE(names.count(name) == 0, name, why);
    spool::Reader reader(spool.path);
    for (const auto& [name, committed] : kept)
        CHECK(read_message(reader, committed.location) == bytes_of(name));
    spool::test::HastyDisk hasty;
    auto options = spool::test::small_options(spool.path);
    options.disk = &hasty;
    const spool::Writer again(options);
    CHECK(fs::is_empty(spool.path + "/log/incoming"));
    return disk.operations() >= first;
}

} // namespace

TEST_CASE(
    "spool: whichever operation fails, what is acknowledged is there and the rest is not")
{
    const spool::test::QuietLog quiet;
    for (const int error : {EIO, ENOSPC})
        for (std::uint64_t n = 1;; ++n) {
            FailingDisk disk(n, n, error);
            CAPTURE(n);
            CAPTURE(error);
            if (!run_with_failure(disk, n))
                break;
        }
}

TEST_CASE("spool: a write that is cut in half by a full disk leaves nothing")
{
    const spool::test::QuietLog quiet;
    for (std::uint64_t n = 2;; ++n) {
        FailingDisk disk(n, n, ENOSPC);
        disk.halve();
        CAPTURE(n);
        if (!run_with_failure(disk, n))
            break;
    }
}

TEST_CASE("spool: a full disk refuses, and takes mail again when there is room")
{
    const spool::test::QuietLog quiet;
    const TemporarySpool spool;
    FailingDisk disk(0, 0, ENOSPC);
    Promises promises;
    {
        spool::Writer writer(crash_options(spool.path, disk));
        send(writer, promises, 0, 10);
        REQUIRE(spool::test::write(writer, "10@example", bytes_of("10@example")));
        promises.wait(10);
        disk.break_now();
        for (int n = 11; n < 20; ++n) {
            const std::string name = name_of(n);
            try {
                const auto refused = spool::test::write(writer, name, bytes_of(name));
                REQUIRE(!refused);
                CHECK(refused.error().disk_full());
            } catch (const base::Failure& failure) {
                CHECK(failure.disk_full()); // the draft itself had to stream
            }
        }
        disk.repair();
        send(writer, promises, 20, 10);
    }
    CHECK(promises.kept().size() == 20);
    promises.note("10@example")(spool::Committed());
    check_exactly(spool.path, promises);
    const spool::Writer again(spool::test::small_options(spool.path));
    CHECK(fs::is_empty(spool.path + "/log/incoming"));
}
