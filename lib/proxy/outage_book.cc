// SPDX-License-Identifier: Apache-2.0
#include "proxy/outage_book.h"

#include "base/failure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/steady.h"
#include "text/words.h"
#include "text/xtext.h"

#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace proxy {

namespace {

constexpr mode_t file_mode = 0640;
constexpr std::string_view none = "-";
// For as long as somebody writes a small file; who is stopped in the middle stops nobody.
constexpr int most_waits = 20;
constexpr std::chrono::milliseconds wait{1};

std::string word_of(std::string_view text)
{
    return text.empty() ? std::string(none) : text::xtext(text);
}

std::string word_of(std::optional<std::int64_t> time)
{
    return time ? std::to_string(*time) : std::string(none);
}

// False: it is no time.
bool take_time(std::string_view& line, std::optional<std::int64_t>& time, std::int64_t now)
{
    const std::string_view word = text::take_word(line);
    if (word == none)
        return true;
    time = text::number_in<std::int64_t>(word);
    return time && *time <= now;
}

bool take_text(std::string_view& line, std::string& text)
{
    const std::string_view word = text::take_word(line);
    const std::optional<std::string> meant =
        word == none ? std::string() : text::from_xtext(word);
    text = meant.value_or("");
    return meant.has_value();
}

bool is_known(const Outage& outage, std::int64_t now)
{
    return now - outage.tested <= OutageBook::forgotten_after;
}

void add_line(Outages& outages, std::string_view line, std::int64_t now)
{
    std::string way;
    OutageOf one;
    std::optional<std::int64_t> tested;
    const bool sound =
        take_text(line, way) && take_text(line, one.address) &&
        take_text(line, one.pattern) && take_time(line, one.outage.fails_since, now) &&
        take_time(line, one.outage.lives_since, now) && take_time(line, tested, now) &&
        take_time(line, one.outage.tried, now);
    one.outage.tested = tested.value_or(0);
    one.outage.is_lasting = line == "out";
    if (sound && tested && one.outage.fails_since && is_known(one.outage, now) &&
        outages.size() < OutageBook::most_ways)
        outages.emplace(std::move(way), std::move(one));
}

bool is_same(const struct stat& one, const struct stat& other)
{
    return one.st_ino == other.st_ino && one.st_size == other.st_size &&
           one.st_mtim.tv_sec == other.st_mtim.tv_sec &&
           one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

} // namespace

std::string outages_text(const Outages& outages)
{
    std::string text;
    for (const auto& [way, one] : outages)
        text += fmt::format("{} {} {} {} {} {} {} {}\n", word_of(way), word_of(one.address),
                            word_of(one.pattern), word_of(one.outage.fails_since),
                            word_of(one.outage.lives_since), one.outage.tested,
                            word_of(one.outage.tried), one.outage.lasts() ? "out" : none);
    return text;
}

Outages parse_outages(std::string_view text, std::int64_t now)
{
    Outages outages;
    for (std::size_t end = 0; (end = text.find('\n')) != text.npos;
         text.remove_prefix(end + 1))
        add_line(outages, text.substr(0, end), now);
    return outages;
}

void OutageBook::share(std::string file)
{
    file_ = std::move(file);
    seen_ = {};
}

Outage OutageBook::of(std::string_view way)
{
    read_again();
    const auto found = outages_.find(way);
    if (found == outages_.end())
        return {};
    if (is_known(found->second.outage, base::steady_seconds()))
        return found->second.outage;
    return {};
}

OutageBook::Change OutageBook::change(const std::string& way, std::string_view address,
                                      std::string_view pattern,
                                      const std::function<void(Outage&)>& how)
{
    Change change;
    change.after = change.before = of(way);
    how(change.after);
    if (change.after == change.before)
        return change; // nothing fails, and all is well: the usual case
    const base::Fd ours = lock();
    change.after = change.before = of(way);
    how(change.after);
    if (!change.after.fails_since)
        outages_.erase(way);
    else if (outages_.size() < most_ways || outages_.contains(way))
        outages_[way] = {std::string(address), std::string(pattern), change.after};
    if (ours)
        write();
    return change;
}

// Nobody has failed yet, or we may not look: what we know is all there is.
void OutageBook::read_again()
{
    struct stat now{};
    if (file_.empty() || ::stat(file_.c_str(), &now) != 0 || is_same(now, seen_))
        return;
    try {
        outages_ = parse_outages(base::read_file(file_), base::steady_seconds());
        seen_ = now;
    } catch (const base::Failure& failure) {
        tell_trouble(failure.what());
    }
}

// Beside the file, which becomes another one with each change.  Nothing: not shared.
base::Fd OutageBook::lock()
{
    if (file_.empty())
        return {};
    const std::string path = file_ + ".lock";
    base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode));
    for (int waits = 0; fd && waits < most_waits; ++waits) {
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0)
            return fd;
        std::this_thread::sleep_for(wait);
    }
    tell_trouble(path + ": " + std::strerror(errno));
    return {};
}

void OutageBook::write()
{
    const std::string fresh = file_ + ".new";
    try {
        (void)::unlink(fresh.c_str()); // of one who died over it
        base::make_scratch_file(fresh, outages_text(outages_), file_mode);
        if (::rename(fresh.c_str(), file_.c_str()) != 0)
            base::fail_errno("rename", fresh);
        if (::stat(file_.c_str(), &seen_) != 0)
            seen_ = {};
    } catch (const base::Failure& failure) {
        tell_trouble(failure.what());
    }
}

void OutageBook::tell_trouble(std::string_view why)
{
    if (!std::exchange(told_, true))
        base::log(base::Level::warning, "outages-not-shared", "-",
                  {{"file", file_}, {"error", why}});
}

} // namespace proxy
