// SPDX-License-Identifier: Apache-2.0
#include "db/journal_search.h"

#include "db/journal_query.h"
#include "db/journal_schema.h"
#include "db/journal_tenants.h"
#include "db/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

namespace db {

namespace {

struct Range {
    JournalKey first = 0;
    JournalKey behind = std::numeric_limits<JournalKey>::max();

    [[nodiscard]] bool empty() const { return first >= behind; }
};

Range range_of(std::int64_t from, std::int64_t to)
{
    Range range{first_key(from)};
    if (to > 0)
        range.behind = first_key(to);
    return range;
}

Numbers numbers_of(const Sqlite& database, std::string_view sql,
                   const std::vector<std::string>& names)
{
    Numbers found;
    for (const std::string& name : names) {
        Statement look = database.lend(sql);
        look.bind(1, name);
        while (look.step())
            found.push_back(look.number(0));
    }
    return found;
}

// Words that fewer messages have than this are followed rather than a person; counting so
// far takes a few milliseconds.
constexpr std::int64_t few = 5000;

bool are_rare(const Sqlite& database, const std::string& expression)
{
    Statement look = database.lend("SELECT count(*) FROM (SELECT 1 FROM words"
                                   " WHERE words MATCH ?1 LIMIT ?2)");
    look.bind(1, expression).bind(2, few);
    return look.step() && look.number(0) < few;
}

std::vector<std::string> forms(const JournalPolicies& policies, const std::string& address)
{
    std::set<std::string> all{filed_address({}, address),
                              filed_address(policies.general, address)};
    for (const auto& [tenant, policy] : policies.tenants)
        all.insert(filed_address(policy, address));
    return {all.begin(), all.end()};
}

// "image/*": all types that begin so.
Numbers types_like(const Sqlite& database, std::string_view type)
{
    const std::string first(type.substr(0, type.size() - 1));
    std::string behind = first;
    ++behind.back();
    Statement look = database.lend("SELECT id FROM labels WHERE text >= ?1 AND text < ?2");
    look.bind(1, first).bind(2, behind);
    Numbers found;
    while (look.step())
        found.push_back(look.number(0));
    return found;
}

JournalNumbers look_up(const Sqlite& database, const JournalPolicies& policies,
                       const JournalCriteria& criteria)
{
    JournalNumbers all;
    const auto address = [&](const std::string& name, std::optional<Numbers>& numbers) {
        if (!name.empty())
            numbers = numbers_of(database, "SELECT id FROM addresses WHERE address = ?1",
                                 forms(policies, name));
    };
    const auto label = [&](const std::string& name, std::optional<Numbers>& numbers) {
        if (!name.empty())
            numbers = numbers_of(database, "SELECT id FROM labels WHERE text = ?1", {name});
    };
    const auto domain = [&](const std::string& name, std::optional<Numbers>& numbers) {
        if (!name.empty())
            numbers = numbers_of(database, "SELECT id FROM domains WHERE name = ?1",
                                 {normal_domain(name).value_or(name)});
    };
    address(criteria.sender, all.sender);
    address(criteria.recipient, all.recipient);
    address(criteria.address, all.address);
    label(criteria.listener, all.listener);
    if (!criteria.tenant.empty())
        all.tenant = numbers_of(database, labels_of_tenant, {criteria.tenant});
    label(criteria.reason, all.reason);
    if (criteria.type.ends_with("/*"))
        all.type = types_like(database, lower(criteria.type));
    else
        label(lower(criteria.type), all.type);
    domain(criteria.domain, all.domain);
    domain(criteria.sender_domain, all.sender_domain);
    domain(criteria.recipient_domain, all.recipient_domain);
    if (!criteria.client.empty())
        all.client = numbers_of(database, "SELECT id FROM clients WHERE address = ?1",
                                {criteria.client});
    if (!criteria.login.empty())
        all.login = numbers_of(database, "SELECT id FROM accounts WHERE name = ?1",
                               forms(policies, criteria.login));
    const std::string words = match_expression(criteria);
    const bool person = all.sender || all.recipient || all.address || all.login;
    if (!words.empty() && person && !all.impossible())
        all.rare_words = are_rare(database, words);
    return all;
}

void require_words(const JournalCriteria& criteria)
{
    if (!(criteria.words.empty() && criteria.files.empty()) &&
        match_expression(criteria).empty())
        throw base::Failure(base::Remedy::fix_arguments,
                            "search the journal: there is no word in \"" + criteria.words +
                                criteria.files + '"');
}

void bind(Statement& statement, const JournalArm& arm, const Range& range)
{
    statement.bind(1, range.first).bind(2, range.behind);
    int index = 3;
    for (const std::string& text : arm.texts)
        statement.bind(index++, text);
}

void collect(const Sqlite& database, const JournalArm& arm, const Range& range,
             JournalOrder order, std::size_t limit, std::set<JournalKey>& keys)
{
    Statement look = database.prepare(
        fmt::format("{} ORDER BY key {} LIMIT {}", arm.sql,
                    order == JournalOrder::newest_first ? "DESC" : "ASC", limit));
    bind(look, arm, range);
    while (look.step())
        keys.insert(look.number(0));
}

// Pieces of growing length, in which a walk through all messages is asked for: no reader
// stays in one state of the database for long, which would make the log grow.
constexpr JournalKey first_piece = 3600 * (std::int64_t{1'000'000} << key_bits);

// Calls visit(piece) until it says that it has enough.
void walk(const Sqlite& database, Range range, JournalOrder order,
          const std::function<bool(const Range&)>& visit)
{
    range.first = std::max(range.first, database.number("SELECT min(key) FROM messages"));
    range.behind =
        std::min(range.behind, database.number("SELECT max(key) FROM messages") + 1);
    for (JournalKey length = first_piece; !range.empty(); length *= 2) {
        length = std::min(length, range.behind - range.first);
        Range piece = range;
        if (order == JournalOrder::newest_first)
            range.behind = piece.first = range.behind - length;
        else
            range.first = piece.behind = range.first + length;
        if (!visit(piece))
            return;
    }
}

std::vector<JournalKey> sorted(const std::set<JournalKey>& keys, JournalOrder order)
{
    std::vector<JournalKey> all(keys.begin(), keys.end());
    if (order == JournalOrder::newest_first)
        std::ranges::reverse(all);
    return all;
}

} // namespace

JournalSearch::JournalSearch(const std::string& path, JournalPolicies policies,
                             base::milliseconds patience)
    : database_(path, Access::read, patience), policies_(std::move(policies))
{
    require_journal(database_);
}

std::vector<JournalKey> JournalSearch::keys(const JournalCriteria& criteria,
                                            std::size_t limit, JournalOrder order,
                                            std::optional<JournalKey> after) const
{
    require_words(criteria);
    const JournalNumbers numbers = look_up(database_, policies_, criteria);
    Range range = range_of(criteria.from, criteria.to);
    if (after && order == JournalOrder::newest_first)
        range.behind = std::min(range.behind, *after);
    else if (after)
        range.first = std::max(range.first, *after + 1);
    if (numbers.impossible() || range.empty())
        return {};

    const JournalArms all = journal_arms(criteria, numbers);
    std::set<JournalKey> found;
    const auto ask = [&](const Range& piece) {
        for (const JournalArm& arm : all.arms)
            collect(database_, arm, piece, order, limit, found);
        return found.size() < limit;
    };
    if (all.walks)
        walk(database_, range, order, ask);
    else
        ask(range);
    std::vector<JournalKey> first = sorted(found, order);
    first.resize(std::min(first.size(), limit));
    return first;
}

JournalPage JournalSearch::page(const JournalCriteria& criteria, std::size_t limit,
                                JournalOrder order, std::optional<JournalKey> after) const
{
    std::vector<JournalKey> found = keys(criteria, limit + 1, order, after);
    JournalPage page;
    if (found.size() > limit) {
        found.pop_back();
        page.next = found.back();
    }
    for (const JournalKey key : found)
        if (std::optional<FiledMessage> filed = message(key))
            page.messages.push_back(std::move(*filed));
    return page;
}

JournalRanking JournalSearch::ranking(const JournalCriteria& criteria, JournalSort sort,
                                      std::size_t limit,
                                      std::optional<JournalRank> after) const
{
    require_words(criteria);
    const JournalNumbers numbers = look_up(database_, policies_, criteria);
    if (numbers.impossible())
        return {};
    const JournalArms all = journal_arms(criteria, numbers);
    const std::string query = ranking_query(all, sort, limit + 1, after);
    std::set<JournalRank, std::greater<>> found;
    const auto ask = [&](const Range& piece) {
        Statement look = database_.prepare(query);
        bind(look, all.arms.front(), piece);
        while (look.step())
            found.insert({look.number(1), look.number(0)});
        while (found.size() > limit + 1)
            found.erase(std::prev(found.end()));
        return true;
    };
    const Range range = range_of(criteria.from, criteria.to);
    if (all.walks)
        walk(database_, range, JournalOrder::newest_first, ask);
    else
        ask(range);

    JournalRanking ranking;
    std::vector<JournalRank> ranks(found.begin(), found.end());
    if (ranks.size() > limit) {
        ranks.pop_back();
        ranking.next = ranks.back();
    }
    for (const JournalRank& rank : ranks)
        if (std::optional<FiledMessage> filed = message(rank.key))
            ranking.messages.push_back(std::move(*filed));
    return ranking;
}

std::uint64_t JournalSearch::count(const JournalCriteria& criteria) const
{
    require_words(criteria);
    const JournalNumbers numbers = look_up(database_, policies_, criteria);
    if (numbers.impossible())
        return 0;
    const JournalArms all = journal_arms(criteria, numbers);
    const std::string union_of_arms = together(all);
    std::uint64_t count = 0;
    const auto add = [&](const Range& piece) {
        Statement look = database_.prepare("SELECT count(*) FROM (" + union_of_arms + ')');
        bind(look, all.arms.front(), piece);
        if (look.step())
            count += static_cast<std::uint64_t>(look.number(0));
        return true;
    };
    const Range range = range_of(criteria.from, criteria.to);
    if (all.walks)
        walk(database_, range, JournalOrder::newest_first, add);
    else
        add(range);
    return count;
}

std::vector<std::string> JournalSearch::forms_of(const std::string& address) const
{
    return forms(policies_, address);
}

std::int64_t JournalSearch::version() const
{
    return database_.number("PRAGMA data_version");
}

std::vector<FiledLogin> JournalSearch::logins(const JournalLoginCriteria& criteria,
                                              std::size_t limit,
                                              std::optional<JournalKey> before) const
{
    JournalCriteria names;
    names.login = criteria.login;
    names.client = criteria.client;
    JournalNumbers numbers = look_up(database_, policies_, names);
    if (!criteria.tenant.empty()) // a login is one tenant's
        numbers.tenant = numbers_of(database_, "SELECT id FROM labels WHERE text = ?1",
                                    {criteria.tenant});
    Range range = range_of(criteria.from, criteria.to);
    if (before)
        range.behind = std::min(range.behind, *before);
    if (numbers.impossible())
        return {};
    return read_logins(database_, login_query(criteria, numbers), range.first, range.behind,
                       limit);
}

} // namespace db
