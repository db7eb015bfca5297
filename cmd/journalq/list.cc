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

class Lister {
public:
    Lister(const Call& call, const db::JournalSearch& search)
        : search_(search), criteria_(criteria_of(call)), format_(format_of(call)),
          wanted_(wanted_by(criteria_, search)),
          left_(limit_of(call, std::numeric_limits<std::size_t>::max()))
    {
        if (format_ == Format::csv)
            append_csv_header(output_.text());
    }

    void by_time(db::JournalOrder order, std::optional<db::JournalKey> after)
    {
        for (;;) {
            const auto page =
                search_.page(criteria_, std::min(left_, page_size), order, after);
            print(page.messages);
            after = page.next;
            if (!after)
                return;
            if (left_ == 0)
                return say_more(std::to_string(*after));
        }
    }

    void by_rank(db::JournalSort sort, std::optional<db::JournalRank> after)
    {
        for (;;) {
            const auto page =
                search_.ranking(criteria_, sort, std::min(left_, ranking_page_size), after);
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
        if (format_ == Format::lines)
            output_.put(); // somebody may be waiting for them
    }

    void print(const db::FiledMessage& filed)
    {
        std::string& out = output_.text();
        switch (format_) {
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

    const db::JournalSearch& search_;
    db::JournalCriteria criteria_;
    Format format_;
    Wanted wanted_;
    std::size_t left_;
    Output output_;
    std::size_t found_ = 0;
    std::string more_;
};

std::optional<std::int64_t> after_time(const std::string& said)
{
    if (said.empty())
        return std::nullopt;
    const auto key = text::number_in<std::int64_t>(said);
    if (!key)
        refuse("after", said, "is not what an earlier page has told");
    return key;
}

std::optional<db::JournalRank> after_rank(const std::string& said)
{
    if (said.empty())
        return std::nullopt;
    const auto colon = std::min(said.find(':'), said.size());
    const auto value = text::number_in<std::int64_t>(said.substr(0, colon));
    const auto key = text::number_in<std::int64_t>(
        std::string_view(said).substr(std::min(colon + 1, said.size())));
    if (!value || !key)
        refuse("after", said, "is not what an earlier page of this order has told");
    return db::JournalRank{*value, *key};
}

int count(const Call& call, const db::JournalSearch& search)
{
    const std::uint64_t messages = search.count(criteria_of(call));
    Output output;
    output.text() = fmt::format("{}\n", messages);
    output.put();
    return messages > 0 ? exit_done : exit_no_match;
}

} // namespace

int list(const Call& call)
{
    (void)format_of(call);
    (void)criteria_of(call); // what is wrong with the words comes before the journal
    const std::string sort = call.has("sort") ? call.get("sort") : "newest";
    const std::string after = call.get("after");
    const db::JournalSearch search = open_journal(source_of(call));
    if (call.has("count"))
        return count(call, search);
    Lister lister(call, search);
    const auto* const rank = std::ranges::find(db::sort_words, sort);
    if (rank != std::end(db::sort_words))
        lister.by_rank(static_cast<db::JournalSort>(rank - std::begin(db::sort_words)),
                       after_rank(after));
    else if (sort == "newest")
        lister.by_time(db::JournalOrder::newest_first, after_time(after));
    else if (sort == "oldest")
        lister.by_time(db::JournalOrder::oldest_first, after_time(after));
    else
        refuse(
            "sort", sort,
            fmt::format("is none of newest, oldest, {}", fmt::join(db::sort_words, ", ")));
    return lister.end();
}

} // namespace journalq
