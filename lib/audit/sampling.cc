// SPDX-License-Identifier: Apache-2.0
// audit/sampling.cc - see the header.
#include "audit/sampling.h"

#include "audit/escape.h"
#include "audit/inspect.h"
#include "audit/measure_entry.h"
#include "audit/retention.h"
#include "li/official_time.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace audit {

namespace {

constexpr std::size_t share = 5; // one in so many
constexpr std::size_t at_most = 200;
constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t right_after = 3600; // seconds
constexpr int first_hour = 7;              // of business, official time
constexpr int last_hour = 19;

bool in_quarter(const Record& record, std::string_view quarter)
{
    return !record.deleted() && quarter_of(time_of(record) / million) == quarter;
}

bool outside_of_business(const Record& record)
{
    constexpr unsigned sunday = 0;
    constexpr unsigned saturday = 6;
    const li::OfficialParts time = li::official_parts(time_of(record));
    return time.weekday == sunday || time.weekday == saturday || time.hour < first_hour ||
           time.hour >= last_hour;
}

bool is_test(const Record& record)
{
    return record.get("test") == "yes";
}

bool is_order(const Record& record)
{
    return record.get("act") == "measure-create" && !is_test(record) &&
           record.get("outcome") == "done";
}

bool is_begin(const Record& record)
{
    return is_order(record) ||
           (record.get("act") == "measure-activate" && record.get("outcome") != "refused");
}

bool is_export(std::string_view act)
{
    return act.contains("export") || act.contains("iso") || act.contains("burn");
}

// The log itself, and what timers do at any hour.
bool acts_by_itself(const Record& record)
{
    const std::string& act = record.get("act");
    return act.starts_with("log-") || act == "measure-expire" || act == "measure-fail" ||
           act == "measure-recover" ||
           (act == "handover-once" && record.get("detail").starts_with(by_itself));
}

// Several authorities may have given the same number: which measure an entry is about is
// told by the handle, and the entry of the order has the authority's name with it.
class Measures {
public:
    explicit Measures(const Chain& log)
    {
        for (const Record& record : log.records)
            if (const std::string handle = measure_in(record.get("detail"));
                is_order(record) && !handle.empty())
                names_[handle] = name_of(record);
    }
    // "lka/LKA-17"; of an entry that names no measure we know, its reference alone.
    [[nodiscard]] std::string operator()(const Record& record) const
    {
        const auto found = names_.find(measure_in(record.get("detail")));
        return found == names_.end() ? record.get("reference") : found->second;
    }

private:
    static std::string name_of(const Record& order)
    {
        const std::string authority = authority_in(order.get("detail"));
        return authority + (authority.empty() ? "" : "/") + order.get("reference");
    }
    std::map<std::string, std::string> names_; // by handle
};

// What is known of acts when looking at one of them.
struct History {
    explicit History(const Chain& log) : measures(log)
    {
        for (const Record& record : log.records)
            take(record);
    }
    void take(const Record& record)
    {
        const std::string measure = measures(record);
        if (is_begin(record))
            begun[measure] = time_of(record) / million;
        if (record.get("outcome") == "intended") {
            intents[record.number] = &record;
            return;
        }
        if (const std::uint64_t number = intent_of(record); number != 0)
            ended.insert(number);
        else if (record.get("outcome") != "refused") // which has no intent
            last[{record.get("act"), measure}] = record.number;
    }

    // "... entry=12 why=..." -> 12, what it is the outcome of; 0: it does not say.  A name
    // may have such words, too: what stands before them is what the intent says.
    [[nodiscard]] std::uint64_t intent_of(const Record& outcome) const
    {
        constexpr std::string_view word = "entry=";
        const std::string_view detail = outcome.get("detail");
        for (auto at = detail.find(word); at != std::string_view::npos;
             at = detail.find(word, at + 1)) {
            std::string_view number = detail.substr(at + word.size());
            const auto intent =
                intents.find(number_of(take_until(number, ' ')).value_or(0));
            const std::string_view before = detail.substr(0, at == 0 ? 0 : at - 1);
            if (intent != intents.end() && intent->second->get("detail") == before &&
                intent->second->get("act") == outcome.get("act"))
                return intent->first;
        }
        return 0;
    }

    Measures measures;
    std::map<std::uint64_t, const Record*> intents;
    std::map<std::string, std::int64_t> begun; // measure -> seconds
    std::set<std::uint64_t> ended;             // intents whose outcome says so
    std::map<std::pair<std::string, std::string>, std::uint64_t> last; // act, measure
};

bool has_no_outcome(const Record& record, const History& history)
{
    if (record.get("outcome") != "intended" || history.ended.contains(record.number))
        return false;
    const auto last = history.last.find({record.get("act"), history.measures(record)});
    return last == history.last.end() || last->second < record.number;
}

bool ends_right_after_begin(const Record& record, const History& history)
{
    const auto begun = history.begun.find(history.measures(record));
    return record.get("act") == "measure-end" && begun != history.begun.end() &&
           time_of(record) / million - begun->second < right_after;
}

std::vector<std::string> suspicions(const Record& record, const History& history)
{
    std::vector<std::string> out;
    const std::string& act = record.get("act");
    const std::string& outcome = record.get("outcome");
    if (outcome == "refused" || outcome == "failed")
        out.push_back(outcome);
    if (has_no_outcome(record, history))
        out.emplace_back("no outcome");
    if (ends_right_after_begin(record, history))
        out.emplace_back("ends right after begin");
    if (is_export(act))
        out.emplace_back("export");
    if (!acts_by_itself(record) && outside_of_business(record))
        out.emplace_back("outside of business hours");
    if (act == "log-grant" && record.get("detail").contains(" beside "))
        out.emplace_back("two roles");
    if (act == "log-recovered" || act == "log-replaced" || act == "log-certificate")
        out.emplace_back("log put right");
    return out;
}

// By lot: the measures whose numbers have the smallest keyed digests, as a seed drew when
// logs had no authorities; of one number, those whose names have.
std::vector<std::string> draw(const std::map<std::string, std::string>& measures,
                              std::string_view seed)
{
    std::vector<std::tuple<seal::Digest, seal::Digest, std::string>> lots;
    for (const auto& [measure, reference] : measures)
        lots.emplace_back(seal::hmac_sha256(seed, reference),
                          seal::hmac_sha256(seed, measure), measure);
    std::ranges::sort(lots);
    lots.resize(std::min((lots.size() + share - 1) / share, at_most));
    std::vector<std::string> out;
    for (const auto& [number, name, measure] : lots)
        out.push_back(measure);
    std::ranges::sort(out);
    return out;
}

} // namespace

Sample draw_sample(const Chain& log, std::string_view quarter, std::string_view seed)
{
    Sample sample;
    sample.quarter = quarter;
    sample.seed = seed;
    const History history(log);
    std::map<std::string, std::string> measures; // and their references
    for (const Record& record : log.records)
        if (is_order(record) && in_quarter(record, quarter))
            measures[history.measures(record)] = record.get("reference");
    sample.measures = measures.size();
    sample.chosen = draw(measures, seed);
    for (const Record& record : log.records) {
        if (!in_quarter(record, quarter))
            continue;
        ++sample.entries;
        std::vector<std::string> reasons = suspicions(record, history);
        sample.suspicious += reasons.empty() ? 0 : 1;
        sample.tests += is_test(record) ? 1 : 0;
        if (is_test(record))
            reasons.insert(reasons.begin(), "test");
        if (std::ranges::binary_search(sample.chosen, history.measures(record)))
            reasons.insert(reasons.begin(), "drawn");
        if (!reasons.empty())
            sample.items.push_back({record.number, std::move(reasons)});
    }
    return sample;
}

bool is_quarter(std::string_view text)
{
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() == 7 && std::ranges::all_of(text.substr(0, 4), digit) &&
           text.substr(4, 2) == "-Q" && text[6] >= '1' && text[6] <= '4';
}

} // namespace audit
