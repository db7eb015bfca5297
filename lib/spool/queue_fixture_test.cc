// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_fixture_test.h"

#include "base/clock.h"
#include "base/failure.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spool {

TestSpool::TestSpool()
    : directory_(std::filesystem::temp_directory_path() / "sponts-queue-XXXXXX")
{
    if (::mkdtemp(directory_.data()) == nullptr)
        base::fail_errno("mkdtemp", directory_);
}

TestSpool::~TestSpool()
{
    std::filesystem::remove_all(directory_);
}

QueueOptions TestSpool::options() const
{
    QueueOptions options;
    options.directory = directory_;
    options.sync_interval = base::milliseconds(1);
    options.carry_after = 0;
    return options;
}

WriterOptions TestSpool::writer_options() const
{
    WriterOptions options;
    options.directory = directory_;
    options.name = "test";
    options.preallocate = Preallocate::none;
    options.free_space = 0;
    options.free_inodes = 0;
    return options;
}

MessageId TestSpool::add(std::size_t recipients, std::size_t bytes)
{
    Writer writer(writer_options());
    return add(writer, recipients, bytes);
}

MessageId TestSpool::add(Writer& writer, std::size_t recipients, std::size_t bytes) const
{
    Envelope envelope;
    envelope.arrival = base::wall_microseconds();
    envelope.sender = "alice@example.net";
    for (std::size_t i = 0; i < recipients; ++i)
        envelope.recipients.push_back({"bob" + std::to_string(i) + "@Example.ORG", 0, ""});
    Draft draft = writer.begin();
    draft.append(std::string(bytes, 'x'));
    const CommitResult result = writer.commit_and_wait(std::move(draft), envelope);
    if (!result)
        throw base::Failure(result.error());
    return result->id;
}

namespace {

// Names and inodes: they change when a snapshot takes the place of an older one.
std::set<std::pair<std::string, ino_t>> queue_names(const std::string& spool)
{
    std::set<std::pair<std::string, ino_t>> names;
    std::error_code none;
    for (const auto& file : std::filesystem::directory_iterator(spool + "/queue", none)) {
        struct stat found{};
        if (::stat(file.path().c_str(), &found) == 0)
            names.emplace(file.path(), found.st_ino);
    }
    return names;
}

// A file that goes in this moment is left out.
void copy_all(const std::string& from, const std::string& to)
{
    std::filesystem::remove_all(to);
    std::filesystem::create_directory(to);
    for (const auto& part : std::filesystem::recursive_directory_iterator(from)) {
        const auto target = to / part.path().lexically_relative(from);
        std::error_code gone;
        if (part.is_directory(gone))
            std::filesystem::create_directory(target);
        else if (part.is_regular_file(gone))
            std::filesystem::copy_file(part.path(), target, gone);
    }
}

} // namespace

// What a kill would leave: all of it of one moment, though a thread takes a snapshot.
void TestSpool::copy_from(const TestSpool& other)
{
    for (bool same = false; !same;) {
        const auto before = queue_names(other.directory_);
        copy_all(other.directory_, directory_);
        same = queue_names(other.directory_) == before;
    }
}

std::vector<MessageId> read_log(Queue& queue)
{
    constexpr std::size_t step = 64;
    std::vector<MessageId> ids;
    const auto fresh = [&](const Entry& entry, const Found&) { ids.push_back(entry.id()); };
    while (queue.poll_log(step, fresh) == step) {
    }
    return ids;
}

std::string read_file(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, std::string_view text)
{
    std::ofstream(path, std::ios::binary) << text;
}

std::uint64_t file_size(const std::string& path)
{
    return std::filesystem::file_size(path);
}

NoRoom::NoRoom()
{
    (void)std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    before_ = limit.rlim_cur;
    limit.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

void NoRoom::end()
{
    if (ended_)
        return;
    ended_ = true;
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = before_;
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

} // namespace spool
