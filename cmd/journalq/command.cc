// SPDX-License-Identifier: Apache-2.0
// What several subcommands read from the command line.
#include "command.h"

#include "base/clock.h"
#include "base/failure.h"
#include "conf/journal_selection.h"
#include "text/lines.h"
#include "text/words.h"

#include <fmt/format.h>

namespace journalq {

Source source_of(const Call& call)
{
    if (call.has("database"))
        return {.path = call.get("database"), .policies = {}};
    return daemons::journal_source(conf::read_settings(call.config).journal);
}

void refuse(std::string_view option, std::string_view said, std::string_view why)
{
    throw base::Failure(base::Remedy::fix_arguments,
                        fmt::format("--{} {}: {}", option, text::printable(said), why));
}

std::size_t limit_of(const Call& call, std::size_t otherwise)
{
    if (!call.has("limit"))
        return otherwise;
    const std::string said = call.get("limit");
    const auto limit = text::number_in<std::uint32_t>(said);
    if (!limit || *limit == 0)
        refuse("limit", said, "is no number from 1");
    return *limit;
}

std::optional<db::JournalKey> after_key_of(const Call& call)
{
    if (!call.has("after"))
        return std::nullopt;
    const auto key = text::number_in<db::JournalKey>(call.get("after"));
    if (!key)
        refuse("after", call.get("after"), "is not what an earlier page has told");
    return key;
}

void require_one_of(const Call& call, std::initializer_list<std::string_view> flags)
{
    std::string_view first;
    for (const std::string_view flag : flags) {
        if (!call.has(flag))
            continue;
        if (!first.empty())
            throw base::Failure(
                base::Remedy::fix_arguments,
                fmt::format("--{} and --{} exclude each other", first, flag));
        first = flag;
    }
}

std::vector<conf::OptionSpec> search_options()
{
    std::vector<conf::OptionSpec> all = conf::selection_options();
    all.push_back({"refused", "", "what was not accepted, instead of messages"});
    all.push_back({"with-refused", "", "what was not accepted as well"});
    all.push_back({"reason", "WORD", "what was refused for this reason"});
    return all;
}

db::JournalCriteria criteria_of(const Call& call)
{
    require_one_of(call, {"refused", "with-refused"});
    db::JournalCriteria criteria = conf::read_selection(call, base::wall_microseconds());
    criteria.reason = call.get("reason");
    if (call.has("with-refused"))
        criteria.kind = db::JournalKind::both;
    else if (call.has("refused") || call.has("reason") ||
             criteria.outcome == db::Outcome::refused)
        criteria.kind = db::JournalKind::refusals;
    return criteria;
}

} // namespace journalq
