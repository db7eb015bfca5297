// SPDX-License-Identifier: Apache-2.0
#include "marks.h"

#include "header.h"
#include "spool/replay_sender.h"
#include "text/lines.h"
#include "text/words.h"

namespace replayctl {

namespace {

constexpr std::size_t scan_step = 4096;

// What stands behind the name of our field; nothing for other fields.
std::optional<std::string_view> mark_in(std::string_view line)
{
    constexpr std::size_t name = spool::replay_field.size();
    if (line.size() <= name || line[name] != ':' ||
        !text::equal_ignoring_case(line.substr(0, name), spool::replay_field))
        return std::nullopt;
    return text::trim(line.substr(name + 1));
}

} // namespace

bool Marks::has(const spool::Found& message)
{
    return stand_in(header_of(reader_, message));
}

bool Marks::stand_in(std::string_view header)
{
    for (std::size_t at = 0; at < header.size();) {
        const std::string_view line = header.substr(at, header.find('\n', at) - at);
        if (const auto body = mark_in(text::without_cr(line)); body && is_ours(*body))
            return true;
        at += line.size() + 1;
    }
    return false;
}

// "RUN ID"
bool Marks::is_ours(std::string_view body)
{
    const std::string run(text::take_word(body));
    if (!runs_) {
        const std::vector<std::string> names = spool::replay_names(spool_);
        runs_.emplace();
        for (const std::string& name : names)
            if (!counts_.run || counts_.run(name))
                runs_->insert(name);
    }
    const auto id = spool::MessageId::parse(body);
    return id && (runs_->contains(run) || is_in_log(*id));
}

bool Marks::is_in_log(spool::MessageId id)
{
    if (!ids_) {
        ids_.emplace();
        spool::Follower follower(spool_, {});
        const auto found = [this](spool::Found&& one) {
            if (!counts_.message || counts_.message(one))
                ids_->insert(one.envelope.id);
        };
        const auto damaged = [](spool::Location, std::string_view) {};
        while (follower.poll(scan_step, found, damaged) == scan_step) {
        }
    }
    return ids_->contains(id);
}

} // namespace replayctl
