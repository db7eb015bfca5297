// SPDX-License-Identifier: Apache-2.0
#include "text/when.h"

#include "text/lines.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <tuple>
#include <vector>

namespace text {

namespace {

namespace chrono = std::chrono;

constexpr std::int64_t second = 1'000'000;
constexpr int last_year = 2200;
// When that year begins; later moments have no place in our databases.
constexpr std::int64_t last_moment = 7'258'118'400 * second;

using Answer = std::expected<When, std::string>;

Answer no_time()
{
    return std::unexpected("is no time, such as \"2h ago\", yesterday, \"monday 8:00\", "
                           "2026-11-23 or \"2026-11-23 14:30\"");
}

// What is left to read.
class Words {
public:
    explicit Words(std::string_view text) : text_(text) {}

    [[nodiscard]] bool done() const { return text_.empty(); }
    [[nodiscard]] std::string_view rest() const { return text_; }
    bool take(char c)
    {
        const bool there = text_.starts_with(c);
        text_.remove_prefix(there ? 1 : 0);
        return there;
    }
    void take_blanks() { text_ = trim(text_); }
    // Letters, in lower case.
    std::string take_letters()
    {
        std::size_t length = 0;
        while (length < text_.size() && is_letter(text_[length]))
            ++length;
        const std::string word = to_lower(text_.substr(0, length));
        text_.remove_prefix(length);
        return word;
    }
    // So many digits at most; `length`: how many there were.
    std::optional<std::int64_t> take_number(std::size_t most, std::size_t* length = nullptr)
    {
        std::int64_t number = 0;
        std::size_t digits = 0;
        for (; digits < text_.size() && digits < most && is_digit(text_[digits]); ++digits)
            number = number * 10 + (text_[digits] - '0');
        text_.remove_prefix(digits);
        if (length != nullptr)
            *length = digits;
        return digits > 0 ? std::optional(number) : std::nullopt;
    }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static bool is_letter(char c)
    {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    std::string_view text_;
};

struct Clock {
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::int64_t fraction = 0;      // microseconds
    std::int64_t length = 0;        // of what was said: a minute, a second or less
    std::optional<int> offset = {}; // seconds east of Greenwich
};

std::tm local_fields(chrono::year_month_day day, const Clock& clock)
{
    std::tm fields{};
    fields.tm_year = int(day.year()) - 1900;
    fields.tm_mon = static_cast<int>(unsigned(day.month())) - 1;
    fields.tm_mday = static_cast<int>(unsigned(day.day()));
    fields.tm_hour = clock.hour;
    fields.tm_min = clock.minute;
    fields.tm_sec = clock.second;
    return fields;
}

// All readings of a local time: none in the hour that a change of the clocks leaves out,
// two in the one that it repeats.
std::vector<std::int64_t> moments(chrono::year_month_day day, const Clock& clock)
{
    std::vector<std::int64_t> found;
    for (const int summer : {1, 0}) {
        std::tm said = local_fields(day, clock);
        said.tm_isdst = summer;
        const std::time_t time = ::mktime(&said);
        std::tm shown{};
        ::localtime_r(&time, &shown);
        const std::tm meant = local_fields(day, clock);
        if (std::tie(shown.tm_year, shown.tm_mon, shown.tm_mday, shown.tm_hour,
                     shown.tm_min) == std::tie(meant.tm_year, meant.tm_mon, meant.tm_mday,
                                               meant.tm_hour, meant.tm_min) &&
            std::ranges::find(found, time) == found.end())
            found.push_back(time);
    }
    return found;
}

// Some zones change their clocks at midnight: then the day begins with the change.
std::int64_t begin_of(chrono::year_month_day day)
{
    const std::vector<std::int64_t> found = moments(day, {});
    if (!found.empty())
        return std::ranges::min(found) * second;
    std::tm said = local_fields(day, {});
    return ::mktime(&said) * second;
}

When whole(chrono::year_month_day day)
{
    return {begin_of(day), begin_of(chrono::sys_days(day) + chrono::days(1))};
}

Answer at(chrono::year_month_day day, const Clock& clock)
{
    const auto from = [&](std::int64_t seconds) {
        const std::int64_t first = seconds * second + clock.fraction;
        return When{first, first + clock.length};
    };
    if (clock.offset) {
        const auto midnight = chrono::sys_days(day).time_since_epoch() / chrono::seconds(1);
        return from(midnight + clock.hour * 3600 + clock.minute * 60 + clock.second -
                    *clock.offset);
    }
    const std::vector<std::int64_t> found = moments(day, clock);
    if (found.empty())
        return std::unexpected("is in an hour that the change of the clocks leaves out");
    if (found.size() > 1)
        return std::unexpected("is in an hour that comes twice: say which, as in "
                               "2026-10-25T02:30+02:00");
    return from(found.front());
}

bool take_fraction(Words& words, Clock& clock)
{
    std::size_t digits = 0;
    const auto fraction = words.take_number(6, &digits);
    if (!fraction)
        return false;
    clock.fraction = *fraction;
    clock.length = 1;
    for (; digits < 6; ++digits) {
        clock.fraction *= 10;
        clock.length *= 10;
    }
    return true;
}

bool take_offset(Words& words, Clock& clock)
{
    if (words.take('Z') || words.take('z')) {
        clock.offset = 0;
        return true;
    }
    const bool west = words.take('-');
    if (!west && !words.take('+'))
        return true; // none
    const auto hours = words.take_number(2);
    words.take(':');
    const auto minutes = words.take_number(2);
    if (!hours || *hours > 14 || minutes.value_or(0) > 59)
        return false;
    const auto east = static_cast<int>(*hours * 3600 + minutes.value_or(0) * 60);
    clock.offset = west ? -east : east;
    return true;
}

// "14:30", "14:30:05.25", with an offset behind it.
std::optional<Clock> take_clock(Words& words)
{
    Clock clock;
    const auto hour = words.take_number(2);
    const bool colon = words.take(':');
    const auto minute = words.take_number(2);
    if (!hour || !colon || !minute)
        return std::nullopt;
    clock.length = 60 * second;
    std::int64_t seconds = 0;
    if (words.take(':')) {
        seconds = words.take_number(2).value_or(60);
        clock.length = second;
        if (words.take('.') && !take_fraction(words, clock))
            return std::nullopt;
    }
    if (*hour > 23 || *minute > 59 || seconds > 59 || !take_offset(words, clock))
        return std::nullopt;
    clock.hour = static_cast<int>(*hour);
    clock.minute = static_cast<int>(*minute);
    clock.second = static_cast<int>(seconds);
    return clock;
}

// "2026-11-23" or "23.11.2026".
std::optional<chrono::year_month_day> take_date(Words& words)
{
    const auto first = words.take_number(4);
    const bool german = words.take('.');
    if (!first || (!german && !words.take('-')))
        return std::nullopt;
    const auto month = words.take_number(2);
    if (!month || !words.take(german ? '.' : '-'))
        return std::nullopt;
    const auto last = words.take_number(german ? 4 : 2);
    if (!last)
        return std::nullopt;
    const chrono::year_month_day day =
        chrono::year(static_cast<int>(german ? *last : *first)) /
        static_cast<unsigned>(*month) / static_cast<unsigned>(german ? *first : *last);
    const bool known =
        day.year() >= chrono::year(1970) && day.year() < chrono::year(last_year);
    return day.ok() && known ? std::optional(day) : std::nullopt;
}

chrono::year_month_day today(std::int64_t now)
{
    const std::time_t time = now / second;
    std::tm local{};
    ::localtime_r(&time, &local);
    return chrono::year(local.tm_year + 1900) / (local.tm_mon + 1) / local.tm_mday;
}

// "today", "yesterday", or the latest day of that name, which may be today.
std::optional<chrono::year_month_day> day_called(std::string_view name, std::int64_t now)
{
    const chrono::sys_days day = today(now);
    if (name == "today")
        return day;
    if (name == "yesterday")
        return day - chrono::days(1);
    constexpr std::string_view names[] = {"sunday",   "monday", "tuesday", "wednesday",
                                          "thursday", "friday", "saturday"};
    for (unsigned i = 0; i < std::size(names); ++i)
        if (name == names[i] || name == names[i].substr(0, 3))
            return day - (chrono::weekday(day) - chrono::weekday(i));
    return std::nullopt;
}

std::optional<std::int64_t> unit_called(std::string_view name)
{
    struct Unit {
        std::string_view name;
        std::int64_t seconds;
    };
    for (const Unit& unit :
         {Unit{"s", 1}, Unit{"sec", 1}, Unit{"second", 1}, Unit{"m", 60}, Unit{"min", 60},
          Unit{"minute", 60}, Unit{"h", 3600}, Unit{"hour", 3600}, Unit{"d", 86400},
          Unit{"day", 86400}, Unit{"w", 604800}, Unit{"week", 604800}})
        if (name == unit.name || (unit.name.size() > 1 && name.ends_with('s') &&
                                  name.substr(0, name.size() - 1) == unit.name))
            return unit.seconds;
    return std::nullopt;
}

// "2h", "1h 30m": in seconds, and what follows.
std::optional<std::int64_t> take_period(Words& words)
{
    constexpr std::int64_t longest = last_moment / second;
    std::int64_t seconds = 0;
    do {
        const auto number = words.take_number(9);
        words.take_blanks();
        const auto unit = unit_called(words.take_letters());
        if (!number || !unit)
            return std::nullopt;
        seconds = std::min(seconds + *number * *unit, longest);
        words.take_blanks();
    } while (!words.done() && words.rest().front() >= '0' && words.rest().front() <= '9');
    return seconds;
}

// "2h ago", "1 day ago"; also "1h 30m ago".
std::optional<When> ago(Words words, std::int64_t now)
{
    const auto seconds = take_period(words);
    if (!seconds)
        return std::nullopt;
    if (words.take_letters() != "ago" || !words.done())
        return std::nullopt;
    const std::int64_t then = std::max<std::int64_t>(now - *seconds * second, 0);
    return When{then, then};
}

std::optional<When> since_1970(Words words)
{
    if (!words.take('@'))
        return std::nullopt;
    const auto seconds = words.take_number(10);
    Clock clock;
    clock.length = second;
    if (!seconds || (words.take('.') && !take_fraction(words, clock)) || !words.done())
        return std::nullopt;
    const std::int64_t first = *seconds * second + clock.fraction;
    return When{first, first + clock.length};
}

// The day, and what the clock said if that is told.
Answer on(chrono::year_month_day day, Words& words)
{
    if (words.done())
        return whole(day);
    if (!words.take('T') && !words.take('t') && !words.take(' '))
        return no_time();
    words.take_blanks();
    const std::optional<Clock> clock = take_clock(words);
    return clock && words.done() ? at(day, *clock) : no_time();
}

bool is_period(Words words)
{
    return take_period(words) && words.done();
}

Answer read(std::string_view text, std::int64_t now)
{
    if (is_period(Words(text)))
        return std::unexpected("is a period, no time: is \"" + std::string(text) +
                               " ago\" meant?");
    if (const auto found = ago(Words(text), now))
        return *found;
    if (const auto found = since_1970(Words(text)))
        return *found;
    if (Words words(text); const auto clock = take_clock(words))
        return words.done() ? at(today(now), *clock) : no_time();
    if (Words words(text); const auto day = take_date(words))
        return on(*day, words);
    Words words(text);
    const std::string name = words.take_letters();
    if (name == "now" && words.done())
        return When{now, now};
    if (const auto day = day_called(name, now))
        return on(*day, words);
    return no_time();
}

} // namespace

Answer parse_when(std::string_view text, std::int64_t now)
{
    const Answer found = read(trim(text), now);
    if (found && (found->first < 0 || found->behind > last_moment))
        return no_time();
    return found;
}

} // namespace text
