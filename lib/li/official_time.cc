// SPDX-License-Identifier: Apache-2.0
#include "li/official_time.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace li {

namespace {

using namespace std::chrono_literals;
namespace chrono = std::chrono;
using chrono::seconds;
using Utc = chrono::sys_seconds;
using Local = chrono::local_seconds;

constexpr seconds winter_offset = 1h;
constexpr seconds summer_offset = 2h;
constexpr chrono::year first_year{1996}; // the rule of today is as old as that
constexpr chrono::year last_year{2199};

Utc change(chrono::year year, chrono::month month)
{
    return chrono::sys_days(year / month / chrono::Sunday[chrono::last]) + 1h;
}

bool is_summer(Utc time)
{
    const chrono::year year =
        chrono::year_month_day(chrono::floor<chrono::days>(time)).year();
    return time >= change(year, chrono::March) && time < change(year, chrono::October);
}

seconds offset_at(Utc time)
{
    return is_summer(time) ? summer_offset : winter_offset;
}

Utc utc_of(Time time)
{
    return Utc(chrono::floor<seconds>(chrono::microseconds(time)));
}

Time time_of(Utc utc)
{
    return chrono::microseconds(utc.time_since_epoch()).count();
}

Local local_of(Utc utc)
{
    return Local((utc + offset_at(utc)).time_since_epoch());
}

Utc minus(Local local, seconds offset)
{
    return Utc(local.time_since_epoch() - offset);
}

bool is_real(Local local, seconds offset)
{
    return offset_at(minus(local, offset)) == offset;
}

struct Fields {
    chrono::year_month_day date;
    chrono::hh_mm_ss<seconds> clock;
};

Fields fields_of(Local local)
{
    const auto midnight = chrono::floor<chrono::days>(local);
    return {chrono::year_month_day(midnight), chrono::hh_mm_ss<seconds>(local - midnight)};
}

// One number of exactly `digits` digits from the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits)
{
    if (text.size() < digits)
        return std::nullopt;
    int number = 0;
    for (const char c : text.substr(0, digits)) {
        if (c < '0' || c > '9')
            return std::nullopt;
        number = 10 * number + (c - '0');
    }
    text.remove_prefix(digits);
    return number;
}

bool take(std::string_view& text, char c)
{
    if (!text.starts_with(c))
        return false;
    text.remove_prefix(1);
    return true;
}

// As written, before anybody has asked whether there is such a time.
struct Written {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    std::optional<seconds> offset;
};

// The digits before the first dot: people leave the leading zero out.
std::size_t digits_before_dot(std::string_view text)
{
    return text.substr(0, 2).contains('.') ? 1 : 2;
}

// "22.11.2026", "1.1.2027"
bool take_german_date(std::string_view& text, Written& out)
{
    const auto day = take_number(text, digits_before_dot(text));
    if (!day || !take(text, '.'))
        return false;
    const auto month = take_number(text, digits_before_dot(text));
    if (!month || !take(text, '.'))
        return false;
    const auto year = take_number(text, 4);
    out.day = *day, out.month = *month, out.year = year.value_or(0);
    return year.has_value();
}

// "2026-11-22"
bool take_date(std::string_view& text, Written& out)
{
    if (text.substr(0, 3).contains('.'))
        return take_german_date(text, out);
    const auto year = take_number(text, 4);
    if (!year || !take(text, '-'))
        return false;
    const auto month = take_number(text, 2);
    if (!month || !take(text, '-'))
        return false;
    const auto day = take_number(text, 2);
    out.year = *year, out.month = *month, out.day = day.value_or(0);
    return day.has_value();
}

bool take_clock(std::string_view& text, Written& out)
{
    const auto hour = take_number(text, 2);
    if (!hour || !take(text, ':'))
        return false;
    const auto minute = take_number(text, 2);
    const auto second = minute && take(text, ':') ? take_number(text, 2) : 0;
    if (!minute || !second)
        return false;
    out.hour = *hour, out.minute = *minute, out.second = *second;
    return true;
}

bool take_offset(std::string_view& text, Written& out)
{
    if (text.empty())
        return true;
    if (take(text, 'Z') || take(text, 'z')) {
        out.offset = 0s;
        return text.empty();
    }
    const bool west = text.starts_with('-');
    if (!take(text, '+') && !take(text, '-'))
        return false;
    const auto hours = take_number(text, 2);
    const bool colon = hours && take(text, ':');
    const auto minutes = colon ? take_number(text, 2) : hours;
    if (!colon || !minutes || *hours > 14 || *minutes > 59)
        return false;
    const seconds offset = chrono::hours(*hours) + chrono::minutes(*minutes);
    out.offset = west ? -offset : offset;
    return text.empty();
}

std::optional<Written> read_words(std::string_view text)
{
    Written out;
    if (!take_date(text, out))
        return std::nullopt;
    if (text.empty())
        return out;
    if (!take(text, ' ') && !take(text, 'T'))
        return std::nullopt;
    if (!take_clock(text, out) || !take_offset(text, out))
        return std::nullopt;
    return out;
}

std::optional<Local> calendar(const Written& words)
{
    const chrono::year_month_day date = chrono::year(words.year) /
                                        static_cast<unsigned>(words.month) /
                                        static_cast<unsigned>(words.day);
    const bool midnight = words.hour == 24 && words.minute == 0 && words.second == 0;
    const bool late =
        (words.hour > 23 && !midnight) || words.minute > 59 || words.second > 59;
    if (!date.ok() || late || date.year() < first_year || date.year() > last_year)
        return std::nullopt;
    return Local(chrono::local_days(date)) + chrono::hours(words.hour) +
           chrono::minutes(words.minute) + seconds(words.second);
}

} // namespace

std::string official(Time time)
{
    if (time == 0)
        return {};
    const Utc utc = utc_of(time);
    const auto [date, clock] = fields_of(local_of(utc));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+{:02}:00", int(date.year()),
                       unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(),
                       is_summer(utc) ? 2 : 1);
}

OfficialParts official_parts(Time time)
{
    const Local local = local_of(utc_of(time));
    const auto [date, clock] = fields_of(local);
    return {.year = int(date.year()),
            .month = unsigned(date.month()),
            .weekday = chrono::weekday(chrono::floor<chrono::days>(local)).c_encoding(),
            .hour = static_cast<int>(clock.hours().count())};
}

std::string official_german(Time time)
{
    if (time == 0)
        return {};
    const Utc utc = utc_of(time);
    const auto [date, clock] = fields_of(local_of(utc));
    return fmt::format("{:02}.{:02}.{:04} {:02}:{:02}:{:02} {}", unsigned(date.day()),
                       unsigned(date.month()), int(date.year()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(),
                       is_summer(utc) ? "MESZ" : "MEZ");
}

std::string official_digits(Time time)
{
    const auto [date, clock] = fields_of(local_of(utc_of(time)));
    return fmt::format("{:02}{:02}{:02}{:02}{:02}{:02}", int(date.year()) % 100,
                       unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

std::expected<Time, BadTime> parse_time(std::string_view text)
{
    const std::optional<Written> words = read_words(text);
    if (!words)
        return std::unexpected(BadTime{"is no time like 2026-11-22 14:30",
                                       "ist keine Zeit wie 22.11.2026 14:30"});
    const std::optional<Local> local = calendar(*words);
    if (!local)
        return std::unexpected(
            BadTime{"is not in the calendar", "steht nicht im Kalender"});
    if (words->offset)
        return time_of(minus(*local, *words->offset));
    const bool summer = is_real(*local, summer_offset);
    const bool winter = is_real(*local, winter_offset);
    if (summer && winter)
        return std::unexpected(BadTime{
            "comes twice when summer time ends: add +02:00 or +01:00",
            "gibt es am Ende der Sommerzeit zweimal: mit +02:00 oder +01:00 angeben"});
    if (!summer && !winter)
        return std::unexpected(BadTime{"is left out when summer time begins",
                                       "gibt es am Beginn der Sommerzeit nicht"});
    return time_of(minus(*local, summer ? summer_offset : winter_offset));
}

Time add_months(Time time, int months)
{
    const Time fraction = time - time_of(utc_of(time));
    const auto [date, clock] = fields_of(local_of(utc_of(time)));
    auto later = date + chrono::months(months);
    if (!later.ok())
        later = later.year() / later.month() / chrono::last;
    const Local local = Local(chrono::local_days(later)) + clock.to_duration();
    // An hour that comes twice means its first time; one left out, the hour after it.
    const seconds offset = is_real(local, summer_offset) ? summer_offset : winter_offset;
    return time_of(minus(local, offset)) + fraction;
}

} // namespace li
