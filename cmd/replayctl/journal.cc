// SPDX-License-Identifier: Apache-2.0
#include "journal.h"

#include "base/failure.h"
#include "journal/lag.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace replayctl {

namespace {

using spool::Found;

constexpr std::size_t page_size = 4096;
constexpr std::int64_t margin = 1'000'000; // the journal may file within a moment

// What the log has answered is not asked again: it stays true without a journal.
db::JournalCriteria question_of(const db::JournalCriteria& said,
                                const std::vector<Found>& found)
{
    db::JournalCriteria question;
    question.words = said.words;
    question.files = said.files;
    question.type = said.type;
    question.message_id = said.message_id;
    question.tenant = said.tenant;
    question.outcome = said.outcome;
    const auto [first, last] = std::ranges::minmax_element(
        found, {}, [](const Found& one) { return one.envelope.arrival; });
    question.from = std::max<std::int64_t>(first->envelope.arrival - margin, 0);
    question.to = last->envelope.arrival + margin;
    return question;
}

std::optional<std::size_t> place_of(const std::vector<Found>& found, spool::MessageId id)
{
    const auto at = std::ranges::lower_bound(
        found, id, {}, [](const Found& one) { return one.envelope.id; });
    if (at == found.end() || at->envelope.id != id)
        return std::nullopt;
    return static_cast<std::size_t>(at - found.begin());
}

void keep(std::vector<Found>& found, const std::vector<bool>& kept)
{
    std::size_t to = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        if (kept[i]) {
            if (to != i)
                found[to] = std::move(found[i]);
            ++to;
        }
    found.resize(to);
}

bool holds(const std::vector<std::string>& forms, const std::string& address)
{
    return std::ranges::find(forms, address) != forms.end();
}

void count(std::optional<db::Outcome> result, Known& known)
{
    if (!result || *result == db::Outcome::unknown)
        ++known.not_filed;
    else if (*result == db::Outcome::delivered || *result == db::Outcome::forwarded)
        ++known.delivered;
    else if (*result == db::Outcome::waiting)
        ++known.waiting;
    else
        ++known.failed;
}

void say_not_asked(const base::Failure& failure)
{
    std::cerr << "replayctl: the journal is not asked what was delivered: "
              << failure.what() << '\n';
}

} // namespace

conf::OptionSpec journal_option()
{
    return {"journal", "FILE", "the journal, instead of the one in the configuration"};
}

daemons::JournalSource Journal::source_of(const Call& call, const Place& place,
                                          std::string_view why)
{
    using base::Failure;
    using base::Remedy;
    if (call.has("journal"))
        return {.path = call.get("journal"), .policies = {}};
    if (!place.journal)
        throw Failure(Remedy::fix_arguments,
                      fmt::format("--{} asks the journal: say --journal, for --spool "
                                  "reads no configuration",
                                  why));
    if (!place.journal->enabled)
        throw Failure(
            Remedy::fix_config,
            fmt::format("--{} asks the journal, which is off: [journal] enabled", why));
    return daemons::journal_source(*place.journal);
}

Journal::Journal(const Call& call, const Place& place, std::string_view why)
    : Journal(place.spool, source_of(call, place, why))
{
}

std::unique_ptr<Journal> Journal::if_there(const Call& call, const Place& place)
{
    if (!call.has("journal") && !(place.journal && place.journal->enabled))
        return nullptr;
    try {
        return std::make_unique<Journal>(call, place, "journal");
    } catch (const base::Failure& failure) {
        say_not_asked(failure);
        return nullptr;
    }
}

// Measured before it is asked: what is filed by then is in the answer.
void Journal::warn_of_lag(bool of_results) const
{
    const journal::Lag lag = journal::lag_of(spool_, path_);
    if (lag.messages == 0 && (!of_results || lag.lines == 0))
        return;
    std::cerr << fmt::format(
        "replayctl: the journal is {}{} messages and {} events behind: "
        "the newest mail{} may be missing\n",
        lag.counted ? "" : "more than ", lag.messages, lag.lines,
        of_results ? " and results" : "");
}

void Journal::narrow(const Criteria& criteria, std::vector<Found>& found)
{
    warn_of_lag(criteria.said.outcome.has_value());
    if (found.empty())
        return;
    keep_filed(criteria, found);
    if (criteria.said.outcome)
        keep_with_result(criteria, found);
}

// In pages: no reader stays in one state of the journal for long.
void Journal::keep_filed(const Criteria& criteria, std::vector<Found>& found) const
{
    const db::JournalCriteria question = question_of(criteria.said, found);
    std::vector<bool> kept(found.size());
    std::optional<db::JournalKey> after;
    do {
        const db::JournalIds page = search_.ids(question, page_size, after);
        for (const spool::MessageId id : page.ids)
            if (const auto at = place_of(found, id))
                kept[*at] = true;
        after = page.next;
    } while (after);
    keep(found, kept);
}

// Of the very recipient that is meant.
void Journal::keep_with_result(const Criteria& criteria, std::vector<Found>& found)
{
    std::uint64_t unknown = 0;
    std::vector<bool> kept(found.size());
    for (std::size_t at = 0; at < found.size(); ++at) {
        const spool::Envelope& envelope = found[at].envelope;
        for (std::uint32_t i = 0; i < envelope.recipients.size(); ++i) {
            if (!is_meant(criteria, nullptr, envelope, i))
                continue;
            const auto result = result_of(envelope, i);
            kept[at] = kept[at] || result == criteria.said.outcome;
            unknown += result ? 0 : 1;
        }
    }
    keep(found, kept);
    if (unknown > 0)
        std::cerr << fmt::format("replayctl: {} recipients are not known to the journal by "
                                 "their addresses, and not meant\n",
                                 unknown);
}

std::optional<db::Outcome> Journal::result_of(const spool::Envelope& envelope,
                                              std::uint32_t recipient)
{
    if (envelope.id != last_) {
        outcomes_ = search_.outcomes(envelope.id);
        last_ = envelope.id;
    }
    if (outcomes_.empty())
        return std::nullopt;
    const std::vector<std::string> forms =
        search_.forms_of(envelope.recipients[recipient].address);
    const auto found = std::ranges::find_if(outcomes_, [&](const db::FiledOutcome& one) {
        return holds(forms, one.address) || holds(forms, one.original);
    });
    if (found == outcomes_.end())
        return std::nullopt;
    return found->outcome;
}

Known Journal::results_of(const std::vector<Found>& found, const spool::ReplayPlan& plan)
{
    Known known;
    for (const spool::ReplayItem& item : plan.items)
        if (const auto at = place_of(found, item.id))
            for (const spool::ReplayRecipient& to : item.recipients)
                count(result_of(found[*at].envelope, to.original), known);
    return known;
}

std::optional<Known> Journal::results_if_readable(const std::vector<Found>& found,
                                                  const spool::ReplayPlan& plan)
{
    try {
        return results_of(found, plan);
    } catch (const base::Failure& failure) {
        say_not_asked(failure);
        return std::nullopt;
    }
}

bool is_meant(const Criteria& criteria, Journal* journal, const spool::Envelope& envelope,
              std::uint32_t recipient)
{
    if (!criteria.recipient.empty() &&
        !matches_pattern(criteria.recipient, envelope.recipients[recipient].address))
        return false;
    return !criteria.said.outcome || journal == nullptr ||
           journal->result_of(envelope, recipient) == criteria.said.outcome;
}

} // namespace replayctl
