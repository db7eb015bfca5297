// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_load.h"

#include "base/failure.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <optional>
#include <sys/stat.h>

namespace spool {

namespace {

constexpr std::string_view head_word = "sponts-queue";
constexpr std::uint64_t version = 1;
constexpr int most_tries = 100; // the owner replaces its snapshot every few minutes

struct OpenFile {
    std::string path;
    base::Fd file;
    std::uint64_t generation = 0;
};

struct OpenQueue {
    std::optional<OpenFile> snapshot;
    std::vector<OpenFile> results;
};

[[noreturn]] void fail_damaged(const std::string& path, std::string_view why)
{
    throw base::Failure(base::Remedy::check_disk, fmt::format("{}: {}", path, why));
}

// The generation in a file's first line.
std::uint64_t read_head(std::string_view line, std::string_view kind,
                        const std::string& path)
{
    Words words(line);
    if (words.word() != head_word)
        fail_damaged(path, "damaged: this is not a file of the queue");
    const std::uint64_t found = words.number<std::uint64_t>();
    if (!words.bad() && found != version)
        throw base::Failure(base::Remedy::fix_data,
                            fmt::format("{}: version {} is not known", path, found));
    const bool right_kind = words.word() == kind;
    const std::uint64_t generation = words.number<std::uint64_t>();
    if (!right_kind || words.bad())
        fail_damaged(path, "damaged in line 1");
    return generation;
}

std::optional<base::Fd> open_if_there(const std::string& path)
{
    base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file)
        return file;
    if (errno != ENOENT)
        base::fail_errno("open", path);
    return std::nullopt;
}

std::optional<OpenFile> open_snapshot(const std::string& path)
{
    auto file = open_if_there(path);
    if (!file)
        return std::nullopt;
    OpenFile snapshot{path, std::move(*file), 0};
    bool any = false;
    for_each_line(snapshot.file, path, [&](std::string_view line, std::uint64_t) {
        snapshot.generation = read_head(line, "snapshot", path);
        any = true;
        return false;
    });
    if (!any)
        fail_damaged(path, "damaged: no complete line");
    return snapshot;
}

bool still_the_same(const std::optional<OpenFile>& snapshot, const std::string& path)
{
    struct stat named{};
    if (::stat(path.c_str(), &named) != 0)
        return !snapshot;
    struct stat opened{};
    return snapshot && ::fstat(snapshot->file.get(), &opened) == 0 &&
           named.st_ino == opened.st_ino && named.st_dev == opened.st_dev;
}

// All files as they belong together; nothing when the owner is just replacing them.
std::optional<OpenQueue> try_open(const QueueFiles& files)
{
    OpenQueue queue;
    queue.snapshot = open_snapshot(files.snapshot());
    const std::uint64_t first = queue.snapshot ? queue.snapshot->generation : 0;
    for (const std::uint64_t generation : files.generations()) {
        if (generation < first)
            continue; // a leftover: the snapshot contains it
        auto file = open_if_there(files.results(generation));
        if (!file)
            return std::nullopt;
        queue.results.push_back({files.results(generation), std::move(*file), generation});
    }
    if (!still_the_same(queue.snapshot, files.snapshot()))
        return std::nullopt;
    const bool expected = queue.snapshot || !queue.results.empty();
    if (expected && (queue.results.empty() || queue.results.front().generation != first))
        fail_damaged(files.results(first), "is missing");
    return queue;
}

OpenQueue open_queue(const QueueFiles& files)
{
    for (int i = 0; i < most_tries; ++i)
        if (auto queue = try_open(files))
            return std::move(*queue);
    throw base::Failure(base::Remedy::try_later,
                        files.folder() + ": changes all the time, try again");
}

void load_snapshot(const OpenFile& snapshot, QueueCore& core)
{
    BlockReader block;
    std::uint64_t number = 0;
    bool complete = false;
    for_each_line(snapshot.file, snapshot.path, [&](std::string_view line, std::uint64_t) {
        if (++number == 1)
            return true;
        const BlockReader::Said said = block.line(line);
        if (said == BlockReader::Said::entry)
            core.replay_entry(block.entry());
        else if (said == BlockReader::Said::copy)
            core.replay_copy(block.copy_id(), block.copy_where());
        else if (said == BlockReader::Said::erase)
            core.replay_erase(block.erase_where());
        else if (said == BlockReader::Said::damaged)
            fail_damaged(snapshot.path, fmt::format("damaged in line {}", number));
        complete = said == BlockReader::Said::complete;
        return !complete;
    });
    if (!complete)
        fail_damaged(snapshot.path, "damaged: its end is missing");
    core.replay_positions(block.number(), block.positions());
}

class ResultsLoader {
public:
    explicit ResultsLoader(QueueCore& core) : core_(core) {}

    void load(const OpenFile& results)
    {
        good_bytes_ = 0;
        bad_since_good_ = 0;
        for_each_line(results.file, results.path,
                      [&](std::string_view line, std::uint64_t end) {
                          take(results, line, end);
                          return true;
                      });
    }
    [[nodiscard]] std::uint64_t good_bytes() const { return good_bytes_; }
    [[nodiscard]] std::uint64_t damaged() const { return damaged_; }

private:
    void take(const OpenFile& results, std::string_view line, std::uint64_t end)
    {
        if (good_bytes_ == 0 && bad_since_good_ == 0) {
            if (read_head(line, "results", results.path) != results.generation)
                fail_damaged(results.path, "damaged: another generation");
        } else if (const auto change = parse_change(line)) {
            (void)core_.replay(*change);
        } else if (!take_block_line(line)) {
            ++bad_since_good_;
            return;
        }
        damaged_ += std::exchange(bad_since_good_, 0);
        good_bytes_ = end;
    }

    bool take_block_line(std::string_view line)
    {
        if (!BlockReader::owns(line))
            return false;
        const BlockReader::Said said = block_.line(line);
        if (said == BlockReader::Said::entry)
            core_.replay_entry(block_.entry());
        else if (said == BlockReader::Said::copy)
            core_.replay_copy(block_.copy_id(), block_.copy_where());
        else if (said == BlockReader::Said::erase)
            core_.replay_erase(block_.erase_where());
        // One that is not the next: a block in between was lost, with its entries.
        else if (said == BlockReader::Said::complete && block_.number() == core_.block + 1)
            core_.replay_positions(block_.number(), block_.positions());
        return said != BlockReader::Said::damaged;
    }

    QueueCore& core_;
    BlockReader block_;
    std::uint64_t good_bytes_ = 0;
    std::uint64_t bad_since_good_ = 0;
    std::uint64_t damaged_ = 0;
};

} // namespace

std::string queue_file_head(std::string_view kind, std::uint64_t generation)
{
    return fmt::format("{} {} {} {}\n", head_word, version, kind, generation);
}

LoadedQueue load_queue(const QueueFiles& files, QueueCore& core)
{
    const OpenQueue queue = open_queue(files);
    if (queue.snapshot)
        load_snapshot(*queue.snapshot, core);
    LoadedQueue loaded;
    loaded.oldest = queue.snapshot ? queue.snapshot->generation : 0;
    ResultsLoader loader(core);
    for (const OpenFile& results : queue.results) {
        loader.load(results);
        loaded.generation = results.generation;
        loaded.good_bytes = loader.good_bytes();
    }
    loaded.damaged = loader.damaged();
    return loaded;
}

} // namespace spool
