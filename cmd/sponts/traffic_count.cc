// SPDX-License-Identifier: Apache-2.0
#include "traffic_count.h"

#include <algorithm>
#include <charconv>
#include <functional>

namespace sponts {

namespace {

constexpr std::size_t seconds_size = std::string_view("2026-11-22T14:30:00").size();
constexpr std::size_t hours_size = std::string_view("+01").size();

std::optional<li::Time> time_of_seconds(std::string_view written)
{
    li::Time seconds = 0;
    const char* const end = written.data() + written.size();
    const auto [stopped, error] = std::from_chars(written.data(), end, seconds);
    if (error != std::errc{} || (stopped != end && *stopped != '.') ||
        __builtin_mul_overflow(seconds, li::second, &seconds))
        return std::nullopt;
    return seconds;
}

} // namespace

// The journal and syslog add fractions, and may leave out the colon of the offset.
std::optional<li::Time> time_of_line(std::string_view written)
{
    if (!written.contains('T'))
        return time_of_seconds(written);
    std::string text(written.substr(0, seconds_size));
    std::string_view offset = written.substr(text.size());
    if (offset.starts_with('.') || offset.starts_with(','))
        offset.remove_prefix(std::min(offset.find_first_of("+-Zz"), offset.size()));
    if (offset.empty()) // in which zone?
        return std::nullopt;
    text += offset;
    if (offset.size() == hours_size + 2 && !offset.contains(':'))
        text.insert(seconds_size + hours_size, ":");
    const auto time = li::parse_time(text);
    return time ? std::optional(*time) : std::nullopt;
}

bool TrafficCount::in_period(std::string_view written)
{
    if (!period_.bounded())
        return true;
    if (!written.empty() && written == last_time_)
        return last_time_held_;
    const std::optional<li::Time> time = time_of_line(written);
    if (!time) {
        ++without_time_;
        return false;
    }
    last_time_ = written;
    last_time_held_ = period_.holds(*time);
    return last_time_held_;
}

// The same record twice is one line that two files have, whatever stands in front of it.
void TrafficCount::line(std::string_view text)
{
    if (text.empty())
        return;
    const std::optional<base::LogLine> line = base::read_log_line(text);
    TrafficEvent event;
    const Reading reading = line ? reader_.read(*line, event) : Reading::damaged;
    if (reading == Reading::damaged)
        ++not_understood_;
    if (reading == Reading::traffic && in_period(line->time) &&
        once_.first(std::hash<std::string_view>{}(line->record)))
        sums_->add(event);
}

} // namespace sponts
