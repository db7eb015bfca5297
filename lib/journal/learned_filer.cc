// SPDX-License-Identifier: Apache-2.0
#include "journal/learned_filer.h"

#include "base/failure.h"
#include "journal/learned.h"
#include "spool/layout.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace journal {

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t between_trims = 60 * second;
constexpr std::int64_t between_tidyings = 5 * second;
constexpr std::int64_t too_far_ahead = 86400 * second; // some clock was wrong

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
      policy_(options_.database)
{
}

bool LearnedFiler::round()
{
    const std::vector<std::string> names = next_names();
    const std::vector<Open> files = open(names);
    const std::size_t done = file(files) + leave(files);
    trim();
    if (untidy_ && options_.clock() - tidied_ >= between_tidyings)
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
                batch = std::make_unique<db::PolicyBatch>(policy_);
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
    const std::int64_t now = options_.clock();
    if (now - trimmed_ < between_trims)
        return;
    db::PolicyBatch batch(policy_);
    const int expired =
        batch.expire(now - options_.age.count() * second, now + too_far_ahead);
    const int crowded_out = batch.bound(options_.users);
    batch.commit();
    untidy_ = untidy_ || expired + crowded_out > 0;
    trimmed_ = now;
}

void LearnedFiler::tidy()
{
    untidy_ = !policy_.tidy();
    tidied_ = options_.clock();
}

void LearnedFiler::finish()
{
    const std::size_t rounds = spool::event_files(directory_).size() / options_.files + 1;
    for (std::size_t i = 0; i < rounds; ++i)
        (void)round();
    tidy();
}

} // namespace journal
