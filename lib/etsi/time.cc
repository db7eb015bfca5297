// SPDX-License-Identifier: Apache-2.0
// etsi/time.cc - calendar time from seconds, by std::chrono's calendar (no time zones).
#include "etsi/time.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace etsi {

namespace {

std::string digits(std::uint64_t seconds)
{
    using std::chrono::days;
    const std::chrono::sys_seconds moment{std::chrono::seconds(seconds)};
    const auto day = std::chrono::floor<days>(moment);
    const std::chrono::year_month_day date{day};
    const auto rest = static_cast<unsigned>((moment - day).count());
    char text[32];
    const int size =
        std::snprintf(text, sizeof text, "%04d%02u%02u%02u%02u%02u", int(date.year()),
                      unsigned(date.month()), unsigned(date.day()), rest / 3600,
                      rest / 60 % 60, rest % 60);
    return {text, static_cast<std::size_t>(size)};
}

std::string fraction(std::uint32_t micros)
{
    if (micros == 0)
        return {};
    char text[16];
    const int size = std::snprintf(text, sizeof text, ".%06u", micros);
    std::string out(text, static_cast<std::size_t>(size));
    out.erase(out.find_last_not_of('0') + 1);
    return out;
}

std::optional<unsigned> number(std::string_view text)
{
    unsigned value = 0;
    const auto end = text.data() + text.size();
    const auto got = std::from_chars(text.data(), end, value);
    if (text.empty() || got.ec != std::errc() || got.ptr != end)
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> seconds_of(std::string_view text)
{
    unsigned parts[6] = {};
    std::size_t at = 0;
    for (unsigned& part : parts) {
        const auto value = number(text.substr(at, at == 0 ? 4 : 2));
        if (!value)
            return std::nullopt;
        part = *value;
        at += at == 0 ? 4 : 2;
    }
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(parts[0])),
                                           std::chrono::month(parts[1]),
                                           std::chrono::day(parts[2])};
    if (!date.ok() || parts[0] < 1970 || parts[3] > 23 || parts[4] > 59 || parts[5] > 59)
        return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    return static_cast<std::uint64_t>(days) * 86400 + parts[3] * 3600 + parts[4] * 60 +
           parts[5];
}

} // namespace

std::string generalized_time_text(MicroTime time)
{
    return digits(time.seconds) + fraction(time.micros) + "Z";
}

std::string utc_time_text(MicroTime time)
{
    return digits(time.seconds).substr(2) + "Z";
}

std::string local_time_text(MicroTime time, int offset_minutes)
{
    const std::int64_t shifted =
        static_cast<std::int64_t>(time.seconds) + offset_minutes * 60;
    return digits(shifted < 0 ? 0 : static_cast<std::uint64_t>(shifted)) +
           fraction(time.micros);
}

std::optional<MicroTime> from_generalized_time(std::string_view text)
{
    constexpr std::size_t whole = 14; // YYYYMMDDhhmmss
    if (text.size() <= whole || text.back() != 'Z')
        return std::nullopt;
    const auto seconds = seconds_of(text.substr(0, whole));
    if (!seconds)
        return std::nullopt;
    MicroTime time{*seconds, 0};
    if (const std::string_view rest = text.substr(whole, text.size() - whole - 1);
        !rest.empty()) {
        const auto value = number(rest.substr(1));
        if (rest[0] != '.' || rest.size() > 7 || !value)
            return std::nullopt;
        time.micros = *value;
        for (std::size_t place = rest.size(); place < 7; ++place)
            time.micros *= 10;
    }
    if (generalized_time_text(time) != text)
        return std::nullopt; // zeros at the end, or other ways to say the same
    return time;
}

} // namespace etsi
