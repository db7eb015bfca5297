// SPDX-License-Identifier: Apache-2.0
#include "journal/sources.h"

#include "spool/layout.h"

#include <fmt/format.h>

namespace journal {

namespace {

constexpr std::string_view log_prefix = "log/";
constexpr std::string_view events_prefix = "events/";

} // namespace

std::string source_of(const spool::Follower::Position& position)
{
    return fmt::format("{}{:010x}", log_prefix, position.segment);
}

std::uint64_t encoded(const spool::Follower::Position& position)
{
    return position.offset << 1u | (position.finished ? 1u : 0u);
}

std::string source_of_events(std::string_view name)
{
    return std::string(events_prefix).append(name);
}

Filed filed_in(const std::vector<db::JournalProgress>& progress)
{
    Filed filed;
    for (const db::JournalProgress& one : progress)
        filed.emplace(one.source, one.position);
    return filed;
}

std::vector<spool::Follower::Position> positions_in(const Filed& filed)
{
    std::vector<spool::Follower::Position> positions;
    for (const auto& [source, position] : filed)
        if (source.starts_with(log_prefix))
            if (const auto segment = spool::parse_segment_name(
                    std::string_view(source).substr(log_prefix.size()), ""))
                positions.push_back({*segment, position >> 1u, (position & 1u) != 0});
    return positions;
}

std::optional<std::string_view> events_in(std::string_view source)
{
    if (!source.starts_with(events_prefix))
        return std::nullopt;
    return source.substr(events_prefix.size());
}

std::uint64_t filed_of_events(const Filed& filed, std::string_view name)
{
    const auto found = filed.find(source_of_events(name));
    return found == filed.end() ? 0 : found->second;
}

} // namespace journal
