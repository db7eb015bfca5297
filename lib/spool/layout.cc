// SPDX-License-Identifier: Apache-2.0
#include "spool/layout.h"

#include <fmt/format.h>

#include <charconv>
#include <unistd.h>

namespace spool {

namespace {

constexpr std::size_t number_digits = 10; // 40 bits

} // namespace

std::string log_directory(std::string_view spool)
{
    return fmt::format("{}/log", spool);
}

std::string incoming_directory(std::string_view spool)
{
    return fmt::format("{}/log/incoming", spool);
}

std::string damaged_directory(std::string_view spool)
{
    return fmt::format("{}/log/damaged", spool);
}

std::string events_directory(std::string_view spool)
{
    return fmt::format("{}/events", spool);
}

std::string hidden_mail_directory(std::string_view spool)
{
    return fmt::format("{}/ums", spool);
}

std::string learned_directory(std::string_view spool)
{
    return fmt::format("{}/learned", spool);
}

std::string lists_directory(std::string_view spool)
{
    return fmt::format("{}/lists", spool);
}

std::string run_directory(std::string_view spool)
{
    return fmt::format("{}/run", spool);
}

std::string replays_directory(std::string_view spool)
{
    return fmt::format("{}/replay", spool);
}

std::string replay_directory(std::string_view spool, std::string_view name)
{
    return fmt::format("{}/replay/{}", spool, name);
}

std::string replay_accounts_directory(std::string_view spool)
{
    return fmt::format("{}/replay-users", spool);
}

std::string segment_path(std::string_view spool, SegmentNumber number)
{
    return fmt::format("{}/log/{:010x}.seg", spool, number);
}

std::string damaged_path(std::string_view spool, SegmentNumber number)
{
    return fmt::format("{}/log/damaged/{:010x}.seg", spool, number);
}

std::string tail_path(std::string_view spool, SegmentNumber number)
{
    return fmt::format("{}/run/{:010x}.tail", spool, number);
}

std::string journal_mark_path(std::string_view spool)
{
    return fmt::format("{}/run/journal", spool);
}

std::string number_path(std::string_view spool)
{
    return fmt::format("{}/log/number", spool);
}

std::string shared_path(std::string_view spool)
{
    return fmt::format("{}/log/shared", spool);
}

std::string bell_path(std::string_view spool)
{
    return fmt::format("{}/run/bell", spool);
}

std::string draft_path(std::string_view spool, std::uint64_t serial)
{
    return fmt::format("{}/log/incoming/{}-{}", spool, ::getpid(), serial);
}

std::optional<SegmentNumber> parse_segment_name(std::string_view name,
                                                std::string_view suffix)
{
    if (name.size() != number_digits + suffix.size() || !name.ends_with(suffix))
        return std::nullopt;
    name = name.substr(0, number_digits);
    if (name.find_first_not_of("0123456789abcdef") != name.npos)
        return std::nullopt;
    SegmentNumber number = 0;
    (void)std::from_chars(name.data(), name.data() + name.size(), number, 16);
    return number;
}

} // namespace spool
