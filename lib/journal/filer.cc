// SPDX-License-Identifier: Apache-2.0
#include "journal/filer.h"

#include "base/failure.h"
#include "base/log.h"
#include "journal/message.h"
#include "spool/journal_mark.h"
#include "spool/layout.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

namespace journal {

namespace {

constexpr std::size_t most_files = 256; // of events, at once

// All that a position says, in the order of segments.
auto all_of(const spool::Follower::Position& position)
{
    return std::pair(position.segment, encoded(position));
}

// Who wants pseudonyms is nowhere found by his address, in nobody's mail.
db::JournalPolicies policies_of(const FilerOptions& options)
{
    db::JournalPolicies policies = options.policies;
    const OwnerOf& owner_of = options.owner_of;
    if (owner_of)
        policies.own = {policies.pseudonym_key(),
                        [owner_of, each = options.policies](std::string_view address) {
                            const auto tenant = owner_of(address);
                            return tenant && !each.of(*tenant).pseudonym_key.empty();
                        }};
    return policies;
}

} // namespace

Filer::Filer(FilerOptions options)
    : options_(std::move(options)), journal_(options_.database, policies_of(options_)),
      texts_(options_.spool), reader_(options_.spool)
{
    begin_again();
    tell_positions();
}

// From what is in the database.
void Filer::begin_again()
{
    files_.clear();
    filed_ = filed_in(journal_.progress());
    log_ = positions_in(filed_);
    follower_ = std::make_unique<spool::Follower>(options_.spool, log_);
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
    tell_lost(taken);
    tell_positions();
    if (options_.owner) {
        remove_finished();
        erase_filed();
    }
    texts_.forget_deleted();
    reader_.forget_deleted();
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

// All of them in turn, a bounded number at a time: each has a descriptor.
void Filer::look_for_files(FiledRound& round)
{
    names_ = spool::event_files(spool::events_directory(options_.spool));
    std::ranges::sort(names_);
    const auto gone = [this](const std::string& name) {
        return !std::ranges::binary_search(names_, name);
    };
    std::erase_if(unreadable_, gone);
    std::erase_if(erased_, [&](const auto& entry) { return gone(entry.first); });
    if (files_.size() >= most_files)
        files_.clear();
    if (not_looked_at_ == 0)
        not_looked_at_ = names_.size();
    const std::string last = last_looked_at_;
    const auto from = std::ranges::upper_bound(std::as_const(names_), last);
    open_files(from, names_.end());
    open_files(names_.begin(), from);
    if (files_.size() < most_files) // there are no more
        not_looked_at_ = 0;
    round.more = round.more || not_looked_at_ > 0;
}

void Filer::open_files(std::vector<std::string>::const_iterator from,
                       std::vector<std::string>::const_iterator to)
{
    for (; from != to && files_.size() < most_files; ++from) {
        open_file(*from);
        last_looked_at_ = *from;
        not_looked_at_ -= std::min<std::size_t>(not_looked_at_, 1);
    }
}

// What is no file of a program's, or not ours to read, must not stop the others.
void Filer::open_file(const std::string& name)
{
    if (files_.contains(name))
        return;
    try {
        File file{std::make_unique<spool::EventReader>(
                      spool::events_directory(options_.spool), name),
                  filed_of_events(filed_, name)};
        file.reader->seek(file.at);
        files_.emplace(name, std::move(file));
        unreadable_.erase(name);
    } catch (const base::Failure& failure) {
        if (failure.error() != ENOENT && unreadable_.insert(name).second)
            base::log(base::Level::warning, "events-unreadable", "-",
                      {{"error", failure.what()}});
    }
}

void Filer::take_line(Taken& taken, const spool::EventLine& line)
{
    ++taken.round.lines;
    if (const std::uint64_t lost = lost_before(line); lost > 0)
        taken.lost.push_back({line.time, std::string(line.program), lost});
    for (Event& event : read_event(line))
        taken.events.push_back(std::move(event));
}

// Those that were written last come last: a program that goes on in another file has
// finished the one before.
void Filer::take_lines(Taken& taken)
{
    look_for_files(taken.round);
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
            take_line(taken, *line);
        }
        if (reader.at() != before)
            reader.sync();
    }
    if (taken.round.lines < options_.lines)
        return;
    taken.round.more = true;
    not_looked_at_ = names_.size(); // some have more, and may have to be opened again
}

// Empty: nobody's.
std::string Filer::owner_of(std::string_view address) const
{
    return options_.owner_of ? options_.owner_of(address).value_or("") : std::string();
}

template <class Mail>
std::string Filer::tenants_of(const Mail& mail) const
{
    return options_.owner_of ? db::label_of(tenants_concerned(mail, options_.owner_of))
                             : std::string();
}

// Its message is not filed, or not any more: what is kept of it is decided by all whom that
// concerns, all the same.
void Filer::look_up(db::JournalResult& result)
{
    if (const auto envelope = reader_.envelope(result.id.first_written())) {
        result.tenant = tenants_of(*envelope);
        result.arrival = envelope->arrival;
        return;
    }
    result.tenant = owner_of(result.original.empty() ? result.address : result.original);
}

void Filer::file_event(db::JournalBatch& batch, Event&& event)
{
    if (auto* result = std::get_if<db::JournalResult>(&event)) {
        batch.file(std::move(*result), [this](auto& unknown) { look_up(unknown); });
    } else if (auto* refusal = std::get_if<db::JournalRefusal>(&event)) {
        refusal->peer.tenant = tenants_of(*refusal);
        batch.file(std::move(*refusal));
    } else if (auto* login = std::get_if<db::JournalLogin>(&event)) {
        login->peer.tenant = owner_of(login->peer.login);
        batch.file(std::move(*login));
    } else {
        batch.file(std::get<db::JournalDeletion>(event));
    }
}

// Ten times a second, and mostly nothing: only what has moved is put into words.
Filer::Moved Filer::moved() const
{
    Moved moved{follower_->positions(), {}, {}};
    std::vector<Position> fresh, gone;
    std::ranges::set_difference(moved.log, log_, std::back_inserter(fresh), {}, all_of,
                                all_of);
    std::ranges::set_difference(log_, moved.log, std::back_inserter(gone), {},
                                &Position::segment, &Position::segment);
    for (const Position& one : fresh)
        moved.sources[source_of(one)] = encoded(one);
    for (const Position& one : gone)
        moved.gone.push_back(source_of(one));
    for (const auto& [name, file] : files_)
        if (file.reader->at() != file.at)
            moved.sources[source_of_events(name)] = file.reader->at();
    for (const auto& [source, position] : filed_)
        if (const auto name = events_in(source);
            name && !std::ranges::binary_search(names_, *name))
            moved.gone.push_back(source);
    return moved;
}

void Filer::file(Taken& taken)
{
    Moved moved = this->moved();
    if (moved.sources.empty() && moved.gone.empty() && taken.messages.empty())
        return;
    db::JournalBatch batch(journal_);
    for (std::size_t i = 0; i < taken.messages.size(); ++i) {
        db::JournalMessage message =
            message_of(taken.messages[i], std::move(taken.summaries[i]));
        message.peer.tenant = tenants_of(taken.messages[i].envelope);
        batch.file(std::move(message));
    }
    for (Event& event : taken.events)
        file_event(batch, std::move(event));
    for (const db::JournalLoss& loss : taken.lost)
        batch.file(loss);
    for (const auto& [source, position] : moved.sources)
        (void)batch.advance(source, position);
    for (const std::string& source : moved.gone)
        batch.forget(source);
    batch.commit();
    for (const auto& [source, position] : moved.sources)
        filed_[source] = position;
    for (const std::string& source : moved.gone)
        filed_.erase(source);
    log_ = std::move(moved.log);
    for (auto& [name, file] : files_)
        file.at = file.reader->at();
}

// What the programs could not write, and what cannot be read of what they have written.
void Filer::tell_lost(Taken& taken)
{
    for (const db::JournalLoss& lost : taken.lost)
        base::log(base::Level::warning, "events-lost", "-",
                  {{"program", lost.program}, {"events", lost.events}});
    taken.round.lost = !taken.lost.empty();
    for (auto& [name, file] : files_) {
        const std::uint64_t damaged = file.reader->damaged();
        if (damaged == file.damaged)
            continue;
        base::log(base::Level::warning, "events-damaged", "-",
                  {{"file", name}, {"lines", damaged - file.damaged}});
        file.damaged = damaged;
        taken.round.lost = true;
    }
}

void Filer::tell_positions()
{
    if (!options_.owner || (told_ && std::ranges::equal(*told_, log_, {}, all_of, all_of)))
        return;
    spool::write_journal_mark(options_.spool, log_);
    told_ = log_;
}

namespace {

// False: the disk does not take it now.  Nothing waits for that, and files go also then.
bool try_to_erase(const spool::EventReader& reader, std::uint64_t before)
{
    try {
        reader.erase(before);
        return true;
    } catch (const base::Failure& failure) {
        base::log(base::Level::warning, "events-not-erased", "-",
                  {{"error", failure.what()}});
        return false;
    }
}

} // namespace

// All of it is filed, and nobody writes it any more.
void Filer::remove_finished()
{
    std::erase_if(files_, [](const auto& entry) {
        spool::EventReader& reader = *entry.second.reader;
        if (reader.at() != entry.second.at || !reader.finished())
            return false;
        (void)try_to_erase(reader, reader.at());
        reader.remove();
        return true;
    });
}

// A server writes one file for days.
void Filer::erase_filed()
{
    const base::SteadyTime now = options_.steady();
    for (const auto& [name, file] : files_) {
        const auto [known, fresh] = erased_.try_emplace(name, Erased{0, now});
        Erased& erased = known->second;
        if (file.at <= erased.before) {
            erased.when = now; // there was nothing to wait for
            continue;
        }
        if (now - erased.when < options_.erase_after)
            continue;
        erased.when = now;
        if (try_to_erase(*file.reader, file.at))
            erased.before = file.at;
    }
}

} // namespace journal
