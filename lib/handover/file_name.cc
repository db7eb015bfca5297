// SPDX-License-Identifier: Apache-2.0
// handover/file_name.cc - see the header.
#include "handover/file_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace handover {

namespace {

constexpr std::size_t time_size = 12;
constexpr std::size_t counter_size = 4;
constexpr unsigned last_counter = 9999;
constexpr int century = 2000;

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_prefix(std::string_view text)
{
    const auto allowed = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); };
    return text.size() == name_prefix_size && std::ranges::all_of(text, allowed);
}

unsigned number(std::string_view digits)
{
    unsigned value = 0;
    for (const char c : digits)
        value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
}

using Seconds = std::chrono::sys_seconds;

std::string digits_of(Seconds time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format(
        "{:02}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()) % 100,
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
        clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

// As if they were UTC: only counted on, never compared with a clock.
std::optional<Seconds> seconds_of(std::string_view digits)
{
    const auto part = [digits](std::size_t at) { return number(digits.substr(at, 2)); };
    const std::chrono::year_month_day date{
        std::chrono::year(century + static_cast<int>(part(0))), std::chrono::month(part(2)),
        std::chrono::day(part(4))};
    if (!date.ok() || part(6) > 23 || part(8) > 59 || part(10) > 59)
        return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(part(6)) +
           std::chrono::minutes(part(8)) + std::chrono::seconds(part(10));
}

std::string digits_now(li::Time now, NameTime zone)
{
    if (zone == NameTime::official)
        return li::official_digits(now);
    return digits_of(Seconds(std::chrono::seconds(now / li::second)));
}

// The name of the same type that comes right after this one.
void count_on(FileName& name)
{
    if (name.counter < last_counter) {
        ++name.counter;
        return;
    }
    name.counter = 0;
    name.time = digits_of(*seconds_of(name.time) + std::chrono::seconds(1));
}

} // namespace

std::optional<FileName> parse_file_name(std::string_view name)
{
    constexpr std::string_view types = "124678";
    if (name.size() != file_name_size || !is_prefix(name.substr(0, name_prefix_size)) ||
        !std::ranges::all_of(name.substr(name_prefix_size), is_digit) ||
        !types.contains(name.back()))
        return std::nullopt;
    const std::string_view time = name.substr(name_prefix_size, time_size);
    if (!seconds_of(time))
        return std::nullopt;
    return FileName{std::string(name.substr(0, name_prefix_size)), std::string(time),
                    number(name.substr(name_prefix_size + time_size, counter_size)),
                    static_cast<FileType>(name.back() - '0')};
}

std::string to_text(const FileName& name)
{
    return fmt::format("{}{}{:04}{}", name.prefix, name.time, name.counter,
                       static_cast<unsigned>(name.type));
}

std::optional<std::string> next_file_name(std::string_view prefix, std::string_view last,
                                          li::Time now, FileType type, NameTime zone)
{
    if (!is_prefix(prefix))
        return std::nullopt;
    FileName next{std::string(prefix), digits_now(now, zone), 0, type};
    if (last.empty())
        return to_text(next);
    const std::optional<FileName> before = parse_file_name(last);
    if (!before)
        return std::nullopt;
    if (next.time <= before->time) {
        next.time = before->time;
        next.counter = before->counter;
        count_on(next);
    }
    return to_text(next);
}

} // namespace handover
