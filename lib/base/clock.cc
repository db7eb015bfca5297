// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <ctime>

namespace base {

namespace {

struct Zoned {
    std::tm tm;
    long offset_minutes;
    char sign;
};

Zoned local(std::int64_t epoch_seconds)
{
    const std::time_t time = epoch_seconds;
    std::tm tm{};
    ::localtime_r(&time, &tm);
    return {tm, std::labs(tm.tm_gmtoff) / 60, tm.tm_gmtoff < 0 ? '-' : '+'};
}

} // namespace

std::int64_t wall_microseconds()
{
    std::timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * std::int64_t{1'000'000} + now.tv_nsec / 1000;
}

std::int64_t wall_seconds()
{
    return wall_microseconds() / 1'000'000;
}

std::string rfc3339(std::int64_t epoch_seconds)
{
    const Zoned z = local(epoch_seconds);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}",
                       z.tm.tm_year + 1900, z.tm.tm_mon + 1, z.tm.tm_mday, z.tm.tm_hour,
                       z.tm.tm_min, z.tm.tm_sec, z.sign, z.offset_minutes / 60,
                       z.offset_minutes % 60);
}

std::string rfc5322_date(std::int64_t epoch_seconds)
{
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const Zoned z = local(epoch_seconds);
    return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} {}{:02}{:02}", days[z.tm.tm_wday],
                       z.tm.tm_mday, months[z.tm.tm_mon], z.tm.tm_year + 1900, z.tm.tm_hour,
                       z.tm.tm_min, z.tm.tm_sec, z.sign, z.offset_minutes / 60,
                       z.offset_minutes % 60);
}

std::int64_t parse_duration(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0)
        return -1;
    const std::string_view unit(end,
                                text.size() - static_cast<std::size_t>(end - text.data()));
    std::int64_t factor = 0;
    if (unit.empty() || unit == "s")
        factor = 1;
    else if (unit == "m")
        factor = 60;
    else if (unit == "h")
        factor = 3600;
    else if (unit == "d")
        factor = 86400;
    else if (unit == "w")
        factor = 604800;
    std::int64_t seconds_total = 0;
    if (factor == 0 || __builtin_mul_overflow(value, factor, &seconds_total))
        return -1;
    return seconds_total;
}

} // namespace base
