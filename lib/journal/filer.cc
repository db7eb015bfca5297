// SPDX-License-Identifier: Apache-2.0
#include "journal/filer.h"

#include "base/failure.h"
#include "base/log.h"
#include "journal/message.h"
#include "spool/journal_mark.h"
#include "spool/layout.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace journal {

namespace {

constexpr std::size_t most_files = 256; // of events, at once

} // namespace

Filer::Filer(FilerOptions options)
    : options_(std::move(options)), journal_(options_.database, options_.policies),
      texts_(options_.spool)
{
    begin_again();
    tell_positions();
}

// From what is in the database.
void Filer::begin_again()
{
    files_.clear();
    filed_ = filed_in(journal_);
    follower_ = std::make_unique<spool::Follower>(options_.spool, positions_in(filed_));
}

FiledRound Filer::round()
{
    try {
        if (!follower_)
            begin_again();
        return try_round();
    } catch (...) {
        follower_.reset(); // it has read what is not filed
        throw;
    }
}

FiledRound Filer::try_round()
{
    Taken taken;
    take_messages(taken);
    take_lines(taken);
    file(taken);
    tell_positions();
    if (options_.owner)
        remove_finished();
    texts_.forget_deleted();
    return taken.round;
}

void Filer::take_messages(Taken& taken)
{
    const auto found = [&](spool::Found&& record) {
        taken.messages.push_back(std::move(record));
    };
    // Who owns the queue reports what is damaged.
    const auto damaged = [](spool::Location, std::string_view) {};
    const std::size_t read = follower_->poll(options_.messages, found, damaged);
    taken.round.messages = taken.messages.size();
    taken.round.more = read >= options_.messages;
    taken.summaries = texts_.summarise(taken.messages);
}

// All of them in turn, a bounded number at a time: each has a descriptor and a buffer.
void Filer::look_for_files()
{
    names_ = spool::event_files(options_.spool);
    std::ranges::sort(names_);
    if (files_.size() >= most_files)
        files_.clear();
    const auto from = std::ranges::upper_bound(names_, last_opened_);
    for (auto name = from; name != names_.end() && files_.size() < most_files; ++name)
        open_file(*name);
    for (auto name = names_.begin(); name != from && files_.size() < most_files; ++name)
        open_file(*name);
}

void Filer::open_file(const std::string& name)
{
    if (files_.contains(name))
        return;
    try {
        File file{std::make_unique<spool::EventReader>(options_.spool, name),
                  filed_of_events(filed_, name)};
        file.reader->seek(file.at);
        files_.emplace(name, std::move(file));
        last_opened_ = name;
    } catch (const base::Failure& failure) {
        if (failure.error() != ENOENT)
            throw;
    }
}

// Those that were written last come last: a program that goes on in another file has
// finished the one before.
void Filer::take_lines(Taken& taken)
{
    look_for_files();
    std::vector<std::pair<std::filesystem::file_time_type, const std::string*>> order;
    for (const auto& [name, file] : files_) {
        std::error_code gone;
        order.emplace_back(std::filesystem::last_write_time(
                               spool::events_directory(options_.spool) + "/" + name, gone),
                           &name);
    }
    std::ranges::sort(order);
    for (const auto& [when, name] : order) {
        spool::EventReader& reader = *files_.at(*name).reader;
        const std::uint64_t before = reader.at();
        while (taken.round.lines < options_.lines) {
            const auto line = reader.next();
            if (!line)
                break;
            ++taken.round.lines;
            for (Event& event : read_event(*line))
                taken.events.push_back(std::move(event));
        }
        if (reader.at() != before)
            reader.sync();
    }
    taken.round.more = taken.round.more || taken.round.lines >= options_.lines;
}

std::string Filer::tenant_of(const db::JournalMessage& message) const
{
    if (!options_.tenant_of)
        return {};
    std::string tenant = options_.tenant_of(message.peer.login);
    for (const db::JournalRecipient& one : message.recipients) {
        if (!tenant.empty())
            return tenant;
        tenant = options_.tenant_of(one.address);
    }
    return tenant.empty() ? options_.tenant_of(message.sender) : tenant;
}

std::string Filer::tenant_of(const db::JournalRefusal& refusal) const
{
    if (!options_.tenant_of)
        return {};
    std::string tenant = options_.tenant_of(refusal.recipient);
    return tenant.empty() ? options_.tenant_of(refusal.sender) : tenant;
}

void Filer::file_event(db::JournalBatch& batch, Event&& event) const
{
    if (auto* result = std::get_if<db::JournalResult>(&event)) {
        if (options_.tenant_of)
            result->tenant = options_.tenant_of(
                result->original.empty() ? result->address : result->original);
        batch.file(std::move(*result));
    } else if (auto* refusal = std::get_if<db::JournalRefusal>(&event)) {
        refusal->peer.tenant = tenant_of(*refusal);
        batch.file(std::move(*refusal));
    } else if (auto* login = std::get_if<db::JournalLogin>(&event)) {
        if (options_.tenant_of)
            login->peer.tenant = options_.tenant_of(login->peer.login);
        batch.file(std::move(*login));
    } else {
        batch.file(std::get<db::JournalDeletion>(event));
    }
}

void Filer::file(Taken& taken)
{
    Filed now;
    for (const Position& position : follower_->positions())
        now[source_of(position)] = encoded(position);
    for (const std::string& name : names_)
        if (const std::uint64_t filed = filed_of_events(filed_, name); filed > 0)
            now[source_of_events(name)] = filed;
    for (const auto& [name, file] : files_)
        now[source_of_events(name)] = file.reader->at();
    if (now == filed_ && taken.messages.empty())
        return;
    db::JournalBatch batch(journal_);
    for (std::size_t i = 0; i < taken.messages.size(); ++i) {
        db::JournalMessage message =
            message_of(taken.messages[i], std::move(taken.summaries[i]));
        message.peer.tenant = tenant_of(message);
        batch.file(std::move(message));
    }
    for (Event& event : taken.events)
        file_event(batch, std::move(event));
    for (const auto& [source, position] : now)
        if (const auto filed = filed_.find(source);
            filed == filed_.end() || filed->second != position)
            (void)batch.advance(source, position);
    for (const auto& [source, position] : filed_)
        if (!now.contains(source))
            batch.forget(source);
    batch.commit();
    filed_ = std::move(now);
    for (auto& [name, file] : files_)
        file.at = file.reader->at();
}

void Filer::tell_positions()
{
    if (!options_.owner)
        return;
    std::vector<Position> positions = positions_in(filed_);
    const bool same =
        std::ranges::equal(positions, told_, [](const Position& a, const Position& b) {
            return a.segment == b.segment && encoded(a) == encoded(b);
        });
    if (same && !told_.empty())
        return;
    spool::write_journal_mark(options_.spool, positions);
    told_ = std::move(positions);
}

// All of it is filed, and nobody writes it any more.
void Filer::remove_finished()
{
    std::erase_if(files_, [](const auto& entry) {
        spool::EventReader& reader = *entry.second.reader;
        if (reader.at() != entry.second.at || !reader.finished())
            return false;
        reader.remove();
        return true;
    });
}

} // namespace journal
