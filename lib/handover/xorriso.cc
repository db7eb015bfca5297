// SPDX-License-Identifier: Apache-2.0
// handover/xorriso.cc - see the header.
#include "handover/xorriso.h"

#include "base/failure.h"
#include "base/file.h"
#include "handover/tree.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace handover {

namespace {

using Words = std::vector<std::string>;

constexpr mode_t private_mode = 0600;
constexpr int not_found = 127;
constexpr std::uint64_t block = 2048;             // octets, of any disc
constexpr std::string_view file_drive = "stdio:"; // a file in place of a drive

std::vector<char*> pointers(const Words& words)
{
    std::vector<char*> out;
    out.reserve(words.size() + 1);
    for (const std::string& word : words)
        out.push_back(const_cast<char*>(word.c_str()));
    out.push_back(nullptr);
    return out;
}

int wait_for(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int spawn(const Words& words, const Words& environment, const std::string& log)
{
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    constexpr int writing = O_WRONLY | O_CREAT | O_TRUNC;
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), writing,
                                       private_mode);
    ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, words[0].c_str(), &actions, nullptr,
                                     pointers(words).data(), pointers(environment).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        base::fail_errno("start", words[0], base::Remedy::start_service, error);
    return wait_for(child);
}

// What xorriso calls a failure or worse; its last line otherwise.
std::string reason_in(std::string_view log)
{
    std::string last;
    while (!log.empty()) {
        const std::string_view line = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(log.size(), line.size() + 1));
        if (line.contains("FAILURE") || line.contains("FATAL") || line.contains("SORRY"))
            return text::printable(line);
        if (!text::trim(line).empty())
            last = line;
    }
    return text::printable(last);
}

void run(const Words& words, std::int64_t seconds, std::string_view action)
{
    const WorkDirectory work(std::filesystem::temp_directory_path() / "xorriso");
    const std::string log = work.path() + "/log";
    const Words environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
                               "TZ=UTC", "HOME=/nonexistent",
                               fmt::format("SOURCE_DATE_EPOCH={}", seconds)};
    const int status = spawn(words, environment, log);
    if (status == not_found)
        throw base::Failure(base::Remedy::start_service, "start xorriso: not installed");
    if (status != 0)
        throw base::Failure(base::Remedy::check_disk,
                            fmt::format("{}: {}", action, reason_in(base::read_file(log))));
}

std::string device(const std::string& image)
{
    const bool is_file = !image.starts_with("/dev/") && !image.starts_with(file_drive);
    return is_file ? std::string(file_drive) + image : image;
}

// To xorriso every file is a blank disc.  What is no disc has octets where ISO 9660 has a
// system area, which our images leave alone.
void must_be_a_disc(const std::string& file)
{
    std::error_code none;
    if (!std::filesystem::is_regular_file(file, none))
        return;
    constexpr std::uint64_t area = 16 * block;
    const std::string begin = base::read_file(file, base::Remedy::check_disk, area);
    if (begin.find_first_not_of('\0') < area)
        throw base::Failure(base::Remedy::make_room, file + ": is there, and is no disc");
}

} // namespace

void make_image_file(const std::string& tree, const std::string& image,
                     const std::string& label, std::int64_t seconds)
{
    run({"xorriso", "-as", "mkisofs", "-quiet", "-r", "-J", "-iso-level", "3", "-V", label,
         "-o", image, tree},
        seconds, "make image " + image);
}

void extract_image(const std::string& image, const std::string& directory)
{
    run({"xorriso", "-no_rc", "-osirrox", "on:auto_chmod_on", "-indev", device(image),
         "-extract", "/", directory},
        0, "read image " + image);
}

void read_disc(const std::string& drive, std::uint64_t octets, const std::string& file)
{
    const std::uint64_t blocks = std::max<std::uint64_t>(1, (octets + block - 1) / block);
    run({"xorriso", "-no_rc", "-indev", device(drive), "-check_media", "use=indev",
         "what=disc", "min_lba=0", fmt::format("max_lba={}", blocks - 1), "retry=off",
         "data_to=" + file, "--"},
        0, "read " + drive);
    std::error_code none; // then there is nothing to cut
    if (std::filesystem::file_size(file, none) > octets && !none)
        std::filesystem::resize_file(file, octets);
}

void burn_image_file(const std::string& image, const std::string& drive)
{
    if (drive.starts_with(file_drive))
        must_be_a_disc(drive.substr(file_drive.size()));
    else if (!std::filesystem::is_block_file(drive)) // to xorriso a file as well
        throw base::Failure(base::Remedy::fix_arguments,
                            drive + ": neither a drive nor stdio:FILE");
    run({"xorriso", "-as", "cdrecord", "-v", "dev=" + drive, "-dao", image}, 0,
        "burn " + image + " to " + drive);
}

} // namespace handover
