// SPDX-License-Identifier: Apache-2.0
// logins: who logged in, from where, and who could not.
#include "base/clock.h"
#include "command.h"
#include "conf/journal_selection.h"
#include "output.h"
#include "print.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <limits>
#include <optional>

namespace journalq {

namespace {

constexpr std::size_t page_size = 500;

db::JournalLoginCriteria login_criteria(const Call& call)
{
    const conf::JournalPeriod period = conf::read_period(call, base::wall_microseconds());
    db::JournalLoginCriteria criteria;
    criteria.from = period.from;
    criteria.to = period.to;
    criteria.tenant = call.get("tenant");
    criteria.login = call.get("login");
    criteria.client = call.get("client");
    if (!call.has("result"))
        return criteria;
    const std::string said = call.get("result");
    const auto* const word = std::ranges::find(db::login_outcome_words, said);
    if (word == std::end(db::login_outcome_words))
        refuse("result", said,
               fmt::format("is none of {}", fmt::join(db::login_outcome_words, ", ")));
    criteria.outcome =
        static_cast<db::LoginOutcome>(word - std::begin(db::login_outcome_words));
    return criteria;
}

void append(std::string& out, const Call& call, const db::FiledLogin& filed)
{
    if (call.has("json"))
        append_json(out, filed);
    else if (call.has("csv"))
        append_csv_row(out, filed);
    else
        append_line(out, filed);
}

} // namespace

int logins(const Call& call)
{
    require_one_of(call, {"json", "csv"});
    const db::JournalLoginCriteria criteria = login_criteria(call);
    std::optional<db::JournalKey> after = after_key_of(call);
    std::size_t left = limit_of(call, std::numeric_limits<std::size_t>::max());
    const db::JournalSearch search = open_journal(source_of(call));
    Output output;
    if (call.has("csv"))
        append_login_csv_header(output.text());
    bool found = false;
    std::string more;
    for (bool ended = false; !ended && more.empty();) {
        const std::size_t wanted = std::min(left, page_size);
        std::vector<db::FiledLogin> page = search.logins(criteria, wanted + 1, after);
        ended = page.size() <= wanted;
        page.resize(std::min(page.size(), wanted));
        for (const db::FiledLogin& filed : page)
            append(output.text(), call, filed);
        output.put();
        found = found || !page.empty();
        left -= page.size();
        if (ended)
            break;
        after = page.back().key;
        if (left == 0)
            more = std::to_string(*after);
    }
    if (!more.empty())
        std::cerr << "journalq: there is more: --after " << more << '\n';
    return found ? exit_done : exit_no_match;
}

} // namespace journalq
