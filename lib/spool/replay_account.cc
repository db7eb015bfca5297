// SPDX-License-Identifier: Apache-2.0
#include "spool/replay_account.h"

#include "base/fd.h"
#include "base/file.h"
#include "spool/disk.h"
#include "spool/layout.h"
#include "text/words.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace spool {

namespace {

constexpr std::int64_t hour_seconds = 3600;
constexpr mode_t file_mode = 0640;
constexpr std::size_t most_text = 64u << 10; // of a file; ours are a tenth of that

bool read_hour(std::string_view line, ReplayHour& hour)
{
    const auto number = text::number_in<std::int64_t>(text::take_word(line));
    const auto messages = text::number_in<std::uint64_t>(text::take_word(line));
    const auto bytes = text::number_in<std::uint64_t>(line);
    if (!number || !messages || !bytes)
        return false;
    hour = {*number, {*messages, *bytes}};
    return true;
}

base::Fd open_account(const std::string& spool, std::uint32_t uid)
{
    const std::string folder = replay_accounts_directory(spool);
    if (real_disk().make_directory(folder) != 0 && errno != EEXIST)
        base::fail_errno("mkdir", folder, base::Remedy::get_permission);
    const std::string path = folder + '/' + std::to_string(uid);
    base::Fd file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode));
    if (!file)
        base::fail_errno("open", path, base::Remedy::get_permission);
    if (::flock(file.get(), LOCK_EX) != 0)
        base::fail_errno("lock", path, base::Remedy::repair_system);
    return file;
}

void add(std::vector<ReplayHour>& hours, std::int64_t hour, ReplayAmount more)
{
    if (hours.empty() || hours.back().hour != hour)
        hours.push_back({hour, {}});
    hours.back().amount.messages += more.messages;
    hours.back().amount.bytes += more.bytes;
}

// What does not fit now: from which hour on it does.  Each hour ends to count a day after
// it began.
std::optional<std::int64_t> hour_that_fits(std::vector<ReplayHour> hours, ReplayAmount more,
                                           ReplayAmount most)
{
    std::int64_t first = 0;
    while (!hours.empty() && !fits(hours, more, most)) {
        first = hours.front().hour + replay_account_hours;
        hours.erase(hours.begin());
    }
    return fits(hours, more, most) ? std::optional(first) : std::nullopt;
}

// In place: a process that dies leaves the old lines or the new ones.
void write_account(int file, const std::string& text)
{
    if (::pwrite(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
        ::ftruncate(file, static_cast<off_t>(text.size())) != 0)
        base::fail_errno("write", "replay-users", base::Remedy::make_room);
}

} // namespace

std::vector<ReplayHour> decode_account(std::string_view text, std::int64_t this_hour)
{
    std::vector<ReplayHour> hours;
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != text.npos;
         at = end + 1) {
        ReplayHour hour;
        if (read_hour(text.substr(at, end - at), hour) && hour.hour <= this_hour &&
            hour.hour > this_hour - replay_account_hours)
            hours.push_back(hour);
    }
    return hours;
}

std::string encode(const std::vector<ReplayHour>& hours)
{
    std::string text;
    for (const auto& [hour, amount] : hours)
        text += fmt::format("{} {} {}\n", hour, amount.messages, amount.bytes);
    return text;
}

bool fits(const std::vector<ReplayHour>& hours, ReplayAmount more, ReplayAmount most)
{
    ReplayAmount left = most;
    const auto take = [&left](const ReplayAmount& amount) {
        if (amount.messages > left.messages || amount.bytes > left.bytes)
            return false;
        left.messages -= amount.messages;
        left.bytes -= amount.bytes;
        return true;
    };
    for (const ReplayHour& one : hours)
        if (!take(one.amount))
            return false;
    return take(more);
}

ReplayCharge charge_replay(const std::string& spool, std::uint32_t uid, ReplayAmount more,
                           ReplayAmount most, std::int64_t now)
{
    const base::Fd file = open_account(spool, uid);
    const std::int64_t hour = now / hour_seconds;
    std::vector<ReplayHour> hours = decode_account(
        base::read_all(file.get(), "replay-users", base::Remedy::check_disk, most_text),
        hour);
    if (!fits(hours, more, most)) {
        std::optional<std::int64_t> free = hour_that_fits(std::move(hours), more, most);
        if (free)
            *free *= hour_seconds;
        return {.noted = false, .free_at = free};
    }
    add(hours, hour, more);
    write_account(file.get(), encode(hours));
    return {.noted = true, .free_at = {}};
}

} // namespace spool
