// SPDX-License-Identifier: Apache-2.0
// list: the messages that are meant, in the order and form that is wanted.
//
// They are asked for in pages, so that the first come at once and no page keeps the writer
// of the journal from anything.
#include "command.h"
#include "output.h"
#include "print.h"
#include "text/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <limits>
#include <optional>

namespace journalq {

namespace {

constexpr std::size_t page_size = 500;
// Every page of a ranking looks at everything.
constexpr std::size_t ranking_page_size = 20'000;

Format format_of(const Call& call)
{
    require_one_of(call, {"json", "csv", "ids", "long", "count"});
    if (call.has("json"))
        return Format::json;
    if (call.has("csv"))
        return Format::csv;
    if (call.has("ids"))
        return Format::ids;
    return call.has("long") ? Format::stories : Format::lines;
}

// What was said, understood before the journal is opened.
struct Asked {
    db::JournalCriteria criteria;
    Format format = Format::lines;
    std::size_t limit = 0;
    db::JournalOrder order = db::JournalOrder::newest_first;
    std::optional<db::JournalSort> sort; // instead of the order of time
    std::optional<db::JournalKey> after_key;
    std::optional<db::JournalRank> after_rank;
};

void read_order(const Call& call, Asked& asked)
{
    const std::string said = call.has("sort") ? call.get("sort") : "newest";
    const auto* const rank = std::ranges::find(db::sort_words, said);
    if (rank != std::end(db::sort_words))
        asked.sort = static_cast<db::JournalSort>(rank - std::begin(db::sort_words));
    else if (said == "oldest")
        asked.order = db::JournalOrder::oldest_first;
    else if (said != "newest")
        refuse(
            "sort", said,
            fmt::format("is none of newest, oldest, {}", fmt::join(db::sort_words, ", ")));
}

std::optional<db::JournalRank> after_rank_of(const Call& call)
{
    if (!call.has("after"))
        return std::nullopt;
    const std::string said = call.get("after");
    const auto colon = std::min(said.find(':'), said.size());
    const auto value = text::number_in<std::int64_t>(said.substr(0, colon));
    const auto key = text::number_in<std::int64_t>(
        std::string_view(said).substr(std::min(colon + 1, said.size())));
    if (!value || !key)
        refuse("after", said, "is not what an earlier page of this order has told");
    return db::JournalRank{*value, *key};
}

Asked asked_by(const Call& call)
{
    Asked asked;
    asked.criteria = criteria_of(call);
    asked.format = format_of(call);
    asked.limit = limit_of(call, std::numeric_limits<std::size_t>::max());
    read_order(call, asked);
    if (asked.sort)
        asked.after_rank = after_rank_of(call);
    else
        asked.after_key = after_key_of(call);
    return asked;
}

class Lister {
public:
    Lister(const Asked& asked, const db::JournalSearch& search)
        : asked_(asked), search_(search), wanted_(wanted_by(asked.criteria, search)),
          left_(asked.limit)
    {
        if (asked_.format == Format::csv)
            append_csv_header(output_.text());
    }

    void by_time()
    {
        for (std::optional<db::JournalKey> after = asked_.after_key;;) {
            const auto page = search_.page(asked_.criteria, std::min(left_, page_size),
                                           asked_.order, after);
            print(page.messages);
            after = page.next;
            if (!after)
                return;
            if (left_ == 0)
                return say_more(std::to_string(*after));
        }
    }

    void by_rank(db::JournalSort sort)
    {
        for (std::optional<db::JournalRank> after = asked_.after_rank;;) {
            const auto page = search_.ranking(asked_.criteria, sort,
                                              std::min(left_, ranking_page_size), after);
            print(page.messages);
            after = page.next;
            if (!after)
                return;
            if (left_ == 0)
                return say_more(fmt::format("{}:{}", after->value, after->key));
        }
    }

    int end()
    {
        output_.put();
        if (!more_.empty())
            std::cerr << "journalq: there is more: --after " << more_ << '\n';
        return found_ > 0 ? exit_done : exit_no_match;
    }

private:
    void print(const std::vector<db::FiledMessage>& messages)
    {
        for (const db::FiledMessage& filed : messages) {
            print(filed);
            ++found_;
            output_.check();
        }
        left_ -= std::min(left_, messages.size());
        if (asked_.format == Format::lines)
            output_.put(); // somebody may be waiting for them
    }

    void print(const db::FiledMessage& filed)
    {
        std::string& out = output_.text();
        switch (asked_.format) {
        case Format::lines:
            return append_line(out, filed, wanted_);
        case Format::stories:
            out += found_ > 0 ? "\n" : "";
            return append_story(out, filed);
        case Format::json:
            return append_json(out, filed);
        case Format::csv:
            return append_csv_rows(out, filed);
        case Format::ids:
            if (!filed.refused)
                out += filed.message.id.text() + '\n';
        }
    }

    void say_more(std::string token) { more_ = std::move(token); }

    const Asked& asked_;
    const db::JournalSearch& search_;
    Wanted wanted_;
    std::size_t left_;
    Output output_;
    std::size_t found_ = 0;
    std::string more_;
};

int count(const db::JournalCriteria& criteria, const db::JournalSearch& search)
{
    const std::uint64_t messages = search.count(criteria);
    Output output;
    output.text() = fmt::format("{}\n", messages);
    output.put();
    return messages > 0 ? exit_done : exit_no_match;
}

} // namespace

int list(const Call& call)
{
    const Asked asked = asked_by(call);
    const db::JournalSearch search = open_journal(source_of(call));
    if (call.has("count"))
        return count(asked.criteria, search);
    Lister lister(asked, search);
    if (asked.sort)
        lister.by_rank(*asked.sort);
    else
        lister.by_time();
    return lister.end();
}

} // namespace journalq
