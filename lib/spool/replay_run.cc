// SPDX-License-Identifier: Apache-2.0
#include "spool/replay_run.h"

#include "base/fd.h"
#include "base/file.h"
#include "spool/disk.h"
#include "spool/layout.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spool {

namespace {

namespace fs = std::filesystem;

constexpr mode_t file_mode = 0640;
constexpr std::string_view unfinished = ".new";
constexpr std::size_t most_name = 64;
constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view sent_word = "sent";
constexpr std::string_view lost_word = "lost";

void make_directory(const std::string& path)
{
    if (real_disk().make_directory(path) != 0)
        base::fail_errno("mkdir", path, base::Remedy::get_permission);
}

base::Fd open_replays(const std::string& spool)
{
    const std::string folder = replays_directory(spool);
    if (real_disk().make_directory(folder) == 0)
        base::sync_directory(spool);
    else if (errno != EEXIST)
        base::fail_errno("mkdir", folder, base::Remedy::get_permission);
    base::Fd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened)
        base::fail_errno("open", folder, base::Remedy::get_permission);
    return opened;
}

std::vector<std::string> names_in(const std::string& folder)
{
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error))
        names.push_back(at->path().filename().string());
    if (error && error != std::errc::no_such_file_or_directory)
        base::fail_errno("list", folder, base::Remedy::check_disk, error.value());
    std::ranges::sort(names);
    return names;
}

// Whoever makes a run holds the lock: what is unfinished belongs to nobody.
void remove_unfinished(const std::string& spool)
{
    std::error_code ignored;
    for (const std::string& name : names_in(replays_directory(spool)))
        if (name.ends_with(unfinished))
            fs::remove_all(replay_directory(spool, name), ignored);
}

std::string suffix_of(const ReplayOwner& owner)
{
    return fmt::format("-u{}", owner.uid);
}

// Users share no names with anybody: the number behind one would tell of another's run.
std::string free_name(const std::string& spool, const ReplayPlan& plan)
{
    const std::string base =
        fmt::format("{:%Y%m%d-%H%M%S}{}", fmt::gmtime(static_cast<std::time_t>(plan.made)),
                    plan.owner ? suffix_of(*plan.owner) : std::string());
    std::string name = base;
    for (int number = 2; ::access(replay_directory(spool, name).c_str(), F_OK) == 0;
         ++number)
        name = fmt::format("{}-{}", base, number);
    return name;
}

bool is_locked(const ReplayFiles& files)
{
    const base::Fd file(::open(files.progress().c_str(), O_RDONLY | O_CLOEXEC));
    return file && ::flock(file.get(), LOCK_SH | LOCK_NB) != 0;
}

} // namespace

std::string encode(MessageId id, const ReplayResult& result)
{
    const std::string_view what =
        result.what == ReplayResult::What::sent ? sent_word : lost_word;
    return fmt::format("{} {} {}\n", id.text(), what, result.as.text());
}

namespace {

void read_line(std::string_view line, ReplayResults& results)
{
    constexpr std::size_t id_size = 13;
    constexpr std::size_t as_at = id_size + 6; // " sent "
    if (line.size() != as_at + id_size)
        return;
    const auto id = MessageId::parse(line.substr(0, id_size));
    const auto as = MessageId::parse(line.substr(as_at));
    const std::string_view word = line.substr(id_size + 1, sent_word.size());
    if (!id || !as || (word != sent_word && word != lost_word))
        return;
    const auto what =
        word == sent_word ? ReplayResult::What::sent : ReplayResult::What::lost;
    results[*id] = {what, *as};
}

} // namespace

ReplayProgress decode_progress(std::string_view text)
{
    ReplayProgress progress;
    for (std::size_t end; (end = text.find('\n', progress.size)) != text.npos;) {
        read_line(text.substr(progress.size, end - progress.size), progress.results);
        progress.size = end + 1;
    }
    return progress;
}

ReplayCounts counts_of(const ReplayPlan& plan, const ReplayResults& results)
{
    ReplayCounts counts{.messages = plan.items.size()};
    for (const ReplayItem& item : plan.items) {
        const auto result = results.find(item.id);
        if (result == results.end())
            continue;
        if (result->second.what == ReplayResult::What::sent) {
            ++counts.sent;
            continue;
        }
        ++counts.lost;
        counts.lost_recipients += item.recipients.size();
    }
    return counts;
}

std::string ReplayFiles::folder() const
{
    return replay_directory(spool, name);
}

bool is_replay_name(std::string_view name)
{
    return !name.empty() && name.size() <= most_name && name.front() != '-' &&
           name.find_first_not_of(name_characters) == name.npos;
}

// The run is there, whole, when it has its name.
std::string make_replay(const std::string& spool, const ReplayPlan& plan)
{
    const base::Fd replays = open_replays(spool);
    if (::flock(replays.get(), LOCK_EX) != 0)
        base::fail_errno("lock", replays_directory(spool), base::Remedy::repair_system);
    remove_unfinished(spool);
    const ReplayFiles files{spool, free_name(spool, plan)};
    const std::string folder = files.folder() + std::string(unfinished);
    make_directory(folder);
    make_directory(log_directory(folder));
    base::make_file(folder + "/plan", encode(plan), file_mode);
    base::sync_directory(folder);
    if (::rename(folder.c_str(), files.folder().c_str()) != 0)
        base::fail_errno("rename", folder);
    base::sync(replays.get(), replays_directory(spool));
    return files.name;
}

std::vector<std::string> replay_names(const std::string& spool)
{
    std::vector<std::string> names = names_in(replays_directory(spool));
    std::erase_if(names, [](const std::string& name) { return !is_replay_name(name); });
    return names;
}

namespace {

[[noreturn]] void no_such_run(const ReplayFiles& files)
{
    throw base::Failure(base::Remedy::fix_arguments, "no such run: " + files.name);
}

// Of runs with other numbers nothing is read, so nothing of them can be said.
bool has_number(const std::string& name, const ReplayOwner& owner)
{
    const std::string suffix = suffix_of(owner);
    const std::size_t at = name.find(suffix);
    return at != name.npos && (name + '-')[at + suffix.size()] == '-';
}

} // namespace

std::vector<std::string> replay_names(const std::string& spool, const ReplayOwner& owner)
{
    std::vector<std::string> names = replay_names(spool);
    std::erase_if(names, [&](const std::string& name) {
        return !has_number(name, owner) || read_replay_plan({spool, name}).owner != owner;
    });
    return names;
}

void require_owner(const ReplayFiles& files, const ReplayOwner& owner)
{
    if (!has_number(files.name, owner) || read_replay_plan(files).owner != owner)
        no_such_run(files);
}

ReplayPlan read_replay_plan(const ReplayFiles& files)
{
    if (!is_replay_name(files.name) || ::access(files.plan().c_str(), F_OK) != 0)
        no_such_run(files);
    auto plan = decode_plan(base::read_file(files.plan()));
    if (!plan)
        throw base::Failure(base::Remedy::check_disk, files.plan() + ": " + plan.error());
    return std::move(*plan);
}

ReplayState read_replay(const ReplayFiles& files)
{
    ReplayState state;
    state.plan = read_replay_plan(files);
    state.results = decode_progress(base::read_file_if_there(files.progress())).results;
    state.running = is_locked(files);
    state.stop = ::access(files.stop().c_str(), F_OK) == 0;
    return state;
}

void stop_replay(const ReplayFiles& files)
{
    const base::Fd file(::open(files.stop().c_str(),
                               O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode));
    if (!file)
        base::fail_errno("create", files.stop(), base::Remedy::get_permission);
}

// A crash leaves it whole or unfinished, which the next one who makes a run removes.
void remove_replay(const ReplayFiles& files)
{
    if (!is_replay_name(files.name) || ::access(files.folder().c_str(), F_OK) != 0)
        no_such_run(files);
    const base::Fd replays = open_replays(files.spool);
    if (::flock(replays.get(), LOCK_EX) != 0)
        base::fail_errno("lock", replays_directory(files.spool),
                         base::Remedy::repair_system);
    if (is_locked(files))
        throw base::Failure(base::Remedy::start_service,
                            "the run " + files.name + " is being sent, stop it first");
    const std::string dying = files.folder() + std::string(unfinished);
    if (::rename(files.folder().c_str(), dying.c_str()) != 0)
        base::fail_errno("rename", files.folder());
    base::sync(replays.get(), replays_directory(files.spool));
    remove_unfinished(files.spool);
}

} // namespace spool
