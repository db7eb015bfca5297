// SPDX-License-Identifier: Apache-2.0
#include "conf/journal_selection.h"

#include "conf/kinds.h"
#include "text/lines.h"
#include "text/when.h"

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string_view>

namespace conf {

namespace {

using db::JournalCriteria;

[[noreturn]] void refuse(std::string_view option, std::string_view said,
                         std::string_view why)
{
    throw base::Failure(base::Remedy::fix_arguments,
                        fmt::format("--{} {}: {}", option, text::printable(said), why));
}

text::When read_when(const Call& call, std::string_view option, std::int64_t now)
{
    const std::string said = call.get(option);
    const auto when = text::parse_when(said, now);
    if (!when)
        refuse(option, said, when.error());
    return *when;
}

// "@" alone would not narrow, where somebody thinks that it does.
std::string domain_of(std::string_view option, const std::string& said)
{
    if (said == "@")
        refuse(option, said, "nothing is given");
    return said.substr(1);
}

// "<>" is the null sender, "@example.org" everybody there.
void read_sender(const std::string& said, JournalCriteria& criteria)
{
    if (said == "<>")
        criteria.null_sender = true;
    else if (said.starts_with('@'))
        criteria.sender_domain = domain_of("sender", said);
    else
        criteria.sender = said;
}

void read_recipient(const std::string& said, JournalCriteria& criteria)
{
    if (said.starts_with('@'))
        criteria.recipient_domain = domain_of("recipient", said);
    else
        criteria.recipient = said;
}

// What the journal calls it, by its place in the table of words.
template <class Word>
Word read_word(std::string_view option, const std::string& said,
               std::span<const std::string_view> words)
{
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == said)
            return static_cast<Word>(i);
    refuse(option, said, fmt::format("is none of {}", fmt::join(words, ", ")));
}

std::uint64_t read_size(std::string_view option, const std::string& said)
{
    const auto size = parse_size(said, 0, one_exabyte);
    if (!size)
        refuse(option, said, size.error());
    return static_cast<std::uint64_t>(*size);
}

struct TextOption {
    const char* name;
    const char* value;
    const char* help;
    std::string JournalCriteria::* field; // null: it is read by a function of its own
    const char* also = "";
};

constexpr TextOption text_options[] = {
    {"sender", "ADDRESS", "from this sender; \"<>\": the null sender, @DOMAIN: all of one",
     nullptr},
    {"recipient", "ADDRESS", "to this recipient, before or after a rewrite; @DOMAIN",
     nullptr, "rcpt"},
    {"address", "ADDRESS", "from or to this address", &JournalCriteria::address},
    {"domain", "DOMAIN", "from or to this domain", &JournalCriteria::domain},
    {"client", "IP", "sent by this client", &JournalCriteria::client},
    {"login", "USER", "sent by this user", &JournalCriteria::login},
    {"listener", "NAME", "came in there", &JournalCriteria::listener},
    {"message-id", "ID", "with this Message-ID, in angle brackets or not",
     &JournalCriteria::message_id},
    {"subject", "WORDS", "all these words in the subject; \"off*\": that begin so",
     &JournalCriteria::words},
    {"attachment", "WORDS", "these words in the name of an attachment",
     &JournalCriteria::files},
    {"type", "TYPE", "an attachment of this media type; \"image/*\"",
     &JournalCriteria::type},
};

void read_texts(const Call& call, JournalCriteria& criteria)
{
    for (const TextOption& option : text_options)
        if (option.field != nullptr)
            criteria.*option.field = call.get(option.name);
    read_sender(call.get("sender"), criteria);
    read_recipient(call.get("recipient"), criteria);
}

} // namespace

std::vector<OptionSpec> time_options()
{
    return {
        {"since", "TIME", "not before this: \"2h ago\", yesterday, \"2026-11-23 14:30\""},
        {"until", "TIME", "before this"},
        {"on", "TIME", "on this day, or in this minute: yesterday, 2026-11-23"},
    };
}

std::vector<OptionSpec> period_options()
{
    std::vector<OptionSpec> all = time_options();
    all.push_back({"tenant", "NAME", "of this tenant alone"});
    return all;
}

std::vector<OptionSpec> selection_options()
{
    std::vector<OptionSpec> all = period_options();
    for (const TextOption& option : text_options)
        all.push_back({option.name, option.value, option.help, option.also});
    all.push_back({"result", "RESULT",
                   "for a recipient: waiting, delivered, failed, expired, deleted, "
                   "forwarded, refused, unknown"});
    all.push_back({"origin", "ORIGIN", "client, bounce, notice, forward or replay"});
    all.push_back({"larger", "SIZE", "at least so large: 10M"});
    all.push_back({"smaller", "SIZE", "at most so large"});
    return all;
}

JournalPeriod read_period(const Call& call, std::int64_t now)
{
    JournalPeriod period;
    if (call.has("on")) {
        if (call.has("since") || call.has("until"))
            refuse("on", call.get("on"), "goes without --since and --until");
        const text::When when = read_when(call, "on", now);
        if (when.first == when.behind)
            refuse("on", call.get("on"), "is a moment, neither a day nor a minute");
        return {when.first, when.behind};
    }
    if (call.has("since"))
        period.from = read_when(call, "since", now).first;
    if (!call.has("until"))
        return period;
    period.to = read_when(call, "until", now).first;
    if (period.to <= period.from)
        refuse("until", call.get("until"), "is not after the beginning");
    return period;
}

db::JournalCriteria read_selection(const Call& call, std::int64_t now)
{
    JournalCriteria criteria;
    const JournalPeriod period = read_period(call, now);
    criteria.from = period.from;
    criteria.to = period.to;
    criteria.tenant = call.get("tenant");
    read_texts(call, criteria);
    if (call.has("result"))
        criteria.outcome =
            read_word<db::Outcome>("result", call.get("result"), db::outcome_words);
    if (call.has("origin"))
        criteria.origin =
            read_word<db::Origin>("origin", call.get("origin"), db::origin_words);
    if (call.has("larger"))
        criteria.smallest = read_size("larger", call.get("larger"));
    if (call.has("smaller"))
        criteria.largest = read_size("smaller", call.get("smaller"));
    if (criteria.smallest > criteria.largest)
        refuse("smaller", call.get("smaller"), "is less than --larger");
    return criteria;
}

} // namespace conf
