// SPDX-License-Identifier: Apache-2.0
#include "imap/open_commands.h"

#include "text/lines.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace imap {

namespace {

// Some servers take no longer tags.
constexpr std::size_t longest_sure_tag = 128;

std::string_view beginning(std::string_view tag)
{
    return tag.substr(0, longest_tag);
}

} // namespace

bool is_sound_tag(std::string_view tag)
{
    return !tag.empty() && tag.size() < longest_tag && text::is_ascii(tag) &&
           !text::has_control(tag) &&
           tag.find_first_of("(){%*\"\\+] ") == std::string_view::npos;
}

void OpenCommands::ask(std::string_view tag, CommandKind kind)
{
    make_room();
    tag = beginning(tag);
    entries_.push_back({.hash = std::hash<std::string_view>()(tag),
                        .length = tag.size(),
                        .doubtful = !is_sound_tag(tag) || tag.size() > longest_sure_tag,
                        .asked = {.kind = kind, .mailbox = {}}});
    latest_open_ = saying_ = true;
}

Asked* OpenCommands::saying()
{
    return saying_ && latest_open_ ? &entries_.back().asked : nullptr;
}

const Asked* OpenCommands::latest() const
{
    return latest_open_ ? &entries_.back().asked : nullptr;
}

Asked OpenCommands::take(Entries::iterator entry)
{
    Asked asked = std::move(entry->asked);
    if (latest_open_ && entry + 1 == entries_.end())
        latest_open_ = false;
    entries_.erase(entry);
    return asked;
}

std::optional<Asked> OpenCommands::answered(std::string_view tag)
{
    tag = beginning(tag);
    const std::size_t hash = std::hash<std::string_view>()(tag);
    const auto found = std::ranges::find_if(entries_, [&](const Entry& one) {
        return one.hash == hash && one.length == tag.size();
    });
    if (found == entries_.end())
        return std::nullopt;
    return take(found);
}

OpenCommands::Entries::iterator OpenCommands::oldest_doubtful()
{
    return std::ranges::find_if(entries_, [](const Entry& one) { return one.doubtful; });
}

std::optional<Asked> OpenCommands::not_understood()
{
    const auto found = oldest_doubtful();
    if (found != entries_.end())
        return take(found);
    unexplained_ = std::min(unexplained_ + 1, most_);
    return std::nullopt;
}

bool OpenCommands::full() const
{
    const auto is_doubtful = [](const Entry& one) { return one.doubtful; };
    return entries_.size() >= most_ && unexplained_ == 0 &&
           std::ranges::none_of(entries_, is_doubtful);
}

// What is forgotten first: what may have been answered in a way that nobody understands.
void OpenCommands::make_room()
{
    if (entries_.size() < most_)
        return;
    auto oldest = oldest_doubtful();
    if (oldest == entries_.end()) {
        oldest = entries_.begin();
        unexplained_ -= std::min<std::size_t>(unexplained_, 1);
    }
    entries_.erase(oldest);
}

bool OpenCommands::owed() const
{
    const Entry* const now = saying_ && latest_open_ ? &entries_.back() : nullptr;
    return std::ranges::any_of(entries_, [now](const Entry& one) {
        return one.asked.kind != CommandKind::idle && &one != now && one.length > 0;
    });
}

void OpenCommands::clear()
{
    entries_.clear();
    latest_open_ = saying_ = false;
}

} // namespace imap
