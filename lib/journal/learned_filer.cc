// SPDX-License-Identifier: Apache-2.0
#include "journal/learned_filer.h"

#include "base/failure.h"
#include "journal/learned.h"
#include "spool/layout.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace journal {

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr base::seconds between_trims{60};
constexpr base::seconds between_tidyings{5};
constexpr std::int64_t too_far_ahead = 86400 * second; // some clock was wrong
constexpr std::int64_t a_jump = 60 * second;           // of the wall clock
// So long it has not jumped before anybody goes by it; and before most of them go.
constexpr base::seconds settled{600};
constexpr base::seconds settled_for_most{86400};

std::int64_t ahead_of(base::SteadyTime steady, std::int64_t wall)
{
    return wall - std::chrono::duration_cast<base::microseconds>(steady.time_since_epoch())
                      .count();
}

void apply(db::PolicyBatch& batch, const Learned& told, std::int64_t time)
{
    switch (told.what) {
    case Learned::What::learned:
        return batch.learn(told.user, told.verifier, told.learned);
    case Learned::What::proved:
        return batch.prove(told.user, told.learned, time);
    case Learned::What::forgotten:
        return batch.forget(told.user, told.learned, time);
    }
}

} // namespace

LearnedFiler::LearnedFiler(LearnedOptions options)
    : options_(std::move(options)), directory_(spool::learned_directory(options_.spool)),
      policy_(options_.database), even_since_(options_.steady()),
      ahead_(ahead_of(even_since_, options_.clock()))
{
}

bool LearnedFiler::round()
{
    const std::vector<std::string> names = next_names();
    const std::vector<Open> files = open(names);
    const std::size_t done = file(files) + leave(files);
    trim();
    if (untidy_ && options_.steady() - tidied_ >= between_tidyings)
        tidy();
    return done > 0 && names.size() == options_.files;
}

// All of them in turn: those that are still written may be many.
std::vector<std::string> LearnedFiler::next_names()
{
    std::vector<std::string> names = spool::event_files(directory_);
    std::ranges::sort(names);
    std::erase_if(filed_, [&](const auto& entry) {
        return !std::ranges::binary_search(names, entry.first);
    });
    if (names.size() > options_.files) {
        const auto next = std::ranges::upper_bound(names, last_);
        std::ranges::rotate(names, next);
        names.resize(options_.files);
    }
    last_ = names.empty() ? std::string() : names.back();
    return names;
}

std::vector<LearnedFiler::Open>
LearnedFiler::open(const std::vector<std::string>& names) const
{
    std::vector<Open> files;
    for (const std::string& name : names) {
        files.push_back({name, std::make_unique<spool::EventReader>(directory_, name)});
        if (const auto filed = filed_.find(name); filed != filed_.end())
            files.back().reader->seek(filed->second);
    }
    return files;
}

std::size_t LearnedFiler::file(const std::vector<Open>& files)
{
    std::size_t lines = 0;
    std::unique_ptr<db::PolicyBatch> batch; // when there is something
    for (const Open& one : files) {
        while (const auto line = one.reader->next()) {
            const auto told = read_learned(*line);
            ++lines;
            if (!told)
                continue;
            if (!batch)
                batch = std::make_unique<db::PolicyBatch>(policy_,
                                                          options_.clock() + too_far_ahead);
            apply(*batch, *told, line->time);
        }
    }
    if (batch) {
        batch->commit();
        untidy_ = true; // a verifier may have been replaced
    }
    return lines;
}

std::size_t LearnedFiler::leave(const std::vector<Open>& files)
{
    std::size_t gone = 0;
    for (const Open& one : files) {
        if (one.reader->finished()) {
            one.reader->remove();
            filed_.erase(one.name);
            ++gone;
        } else if (one.reader->at() > 0) {
            filed_[one.name] = one.reader->at();
        }
    }
    return gone;
}

void LearnedFiler::trim()
{
    const base::SteadyTime steady = options_.steady();
    if (steady - trimmed_ < between_trims)
        return;
    watch_clock(steady);
    const std::int64_t now = options_.clock();
    const std::int64_t oldest = now - options_.age.count() * second;
    db::PolicyBatch batch(policy_, now + too_far_ahead);
    int gone = batch.bound(options_.users);
    if (may_go(batch.out_of_time(oldest))) {
        gone += batch.expire(oldest);
        batch.redate(now);
    }
    batch.commit();
    untidy_ = untidy_ || gone > 0;
    trimmed_ = steady;
}

// A machine may start with a wrong clock, which is set minutes later.
void LearnedFiler::watch_clock(base::SteadyTime now)
{
    const std::int64_t ahead = ahead_of(now, options_.clock());
    if (std::abs(ahead - ahead_) > a_jump)
        even_since_ = now;
    ahead_ = ahead;
}

bool LearnedFiler::may_go(std::int64_t out_of_time) const
{
    if (out_of_time == 0)
        return false;
    const bool most = 2 * out_of_time > policy_.users();
    return options_.steady() - even_since_ >= (most ? settled_for_most : settled);
}

void LearnedFiler::tidy()
{
    untidy_ = !policy_.tidy();
    tidied_ = options_.steady();
}

void LearnedFiler::finish()
{
    const std::size_t rounds = spool::event_files(directory_).size() / options_.files + 1;
    for (std::size_t i = 0; i < rounds; ++i)
        (void)round();
    tidy();
}

} // namespace journal
