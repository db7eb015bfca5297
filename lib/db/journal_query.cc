// SPDX-License-Identifier: Apache-2.0
#include "db/journal_query.h"

#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <vector>

namespace db {

namespace {

// What else must hold of message m.  "+" before a column keeps the planner from following
// its index instead of the one the arm is made for.
class Filters {
public:
    Filters& numbers(std::string_view column, const std::optional<Numbers>& allowed)
    {
        return allowed ? add(fmt::format("+{} IN ({})", column, fmt::join(*allowed, ", ")))
                       : *this;
    }
    Filters& add(const std::string& condition)
    {
        sql_ += " AND " + condition;
        return *this;
    }
    [[nodiscard]] const std::string& sql() const { return sql_; }

private:
    std::string sql_;
};

std::string list(const Numbers& numbers)
{
    return fmt::format("({})", fmt::join(numbers, ", "));
}

std::string recipient_is(const std::string& condition)
{
    return "EXISTS (SELECT 1 FROM recipients r WHERE r.message = m.key AND " + condition +
           ")";
}

bool is_separator(std::string_view word)
{
    const auto c = static_cast<unsigned char>(word.front());
    if (c < 0x80)
        return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                 (c >= 'A' && c <= 'Z'));
    // U+0080 to U+00BF, U+2000 to U+207F, U+3000 to U+303F: mostly punctuation.
    return word.starts_with("\xc2") || word.starts_with("\xe2\x80") ||
           word.starts_with("\xe2\x81") || word.starts_with("\xe3\x80");
}

constexpr std::string_view sharp_s = "\xc3\x9f";             // the letter of German
constexpr std::string_view capital_sharp_s = "\xe1\xba\x9e"; // and at the beginning of none
constexpr std::size_t most_forms = 16;                       // of one word

// At the beginning of a text: what is the same as "ss", in whichever case; 0: nothing is.
std::size_t double_s_length(std::string_view text)
{
    if (text.size() >= 2 && (text[0] | 0x20) == 's' && (text[1] | 0x20) == 's')
        return 2;
    if (text.starts_with(sharp_s))
        return sharp_s.size();
    return text.starts_with(capital_sharp_s) ? capital_sharp_s.size() : 0;
}

// "Straße" and "strasse" are one word, which is filed as it was written.
std::vector<std::string> forms_of(std::string_view word, bool prefix)
{
    std::vector<std::string> forms{""};
    while (!word.empty()) {
        const std::size_t length = double_s_length(word);
        const bool half = prefix && word.size() == 1 && (word[0] | 0x20) == 's';
        std::vector<std::string> others;
        if ((length > 0 || half) && 2 * forms.size() <= most_forms)
            for (const std::string& form : forms)
                others.push_back(form + std::string(sharp_s));
        const bool folded = length > 0 && !others.empty();
        const std::size_t taken = std::max<std::size_t>(length, 1);
        for (std::string& form : forms)
            form += folded ? "ss" : word.substr(0, taken);
        forms.insert(forms.end(), others.begin(), others.end());
        word.remove_prefix(taken);
    }
    return forms;
}

// fts5: column : ("strasse" OR "straße")
std::string term_of(std::string_view column, std::string_view word, bool prefix)
{
    const std::vector<std::string> forms = forms_of(word, prefix);
    const std::string_view star = prefix ? " *" : "";
    std::string all;
    for (const std::string& form : forms)
        all += fmt::format("{}\"{}\"{}", all.empty() ? "" : " OR ", form, star);
    return forms.size() == 1 ? fmt::format("{} : {}", column, all)
                             : fmt::format("{} : ({})", column, all);
}

void add_words(std::string& expression, std::string_view column, std::string_view text)
{
    std::string word;
    const auto finish = [&](bool prefix) {
        if (word.empty())
            return;
        if (!expression.empty())
            expression += " AND ";
        expression += term_of(column, word, prefix);
        word.clear();
    };
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(text::utf8_length(text), 1);
        if (is_separator(text))
            finish(text.front() == '*');
        else
            word += text.substr(0, length);
        text.remove_prefix(length);
    }
    finish(false);
}

// More numbers than these are checked, not followed: each is an arm or two, and the arms
// must fit into one statement.
constexpr std::size_t most_followed = 50;

bool can_lead(const std::optional<Numbers>& numbers)
{
    return numbers && numbers->size() <= most_followed;
}

std::string delivered(std::optional<Outcome> outcome)
{
    return outcome ? fmt::format(" AND r.result = {}", static_cast<int>(*outcome)) : "";
}

// People leave them out, and so do some programs in the field.
std::string without_brackets(const std::string& message_id)
{
    std::string bare = message_id;
    if (bare.starts_with('<'))
        bare.erase(0, 1);
    if (bare.ends_with('>'))
        bare.pop_back();
    return bare;
}

class Builder {
public:
    Builder(const JournalCriteria& criteria, const JournalNumbers& numbers)
        : criteria_(criteria), numbers_(numbers)
    {
    }

    JournalArms build()
    {
        lead();
        for (JournalArm& arm : arms_.arms)
            complete(arm);
        return std::move(arms_);
    }

private:
    // The most selective criterion that has an index makes the arms.
    void lead()
    {
        if (criteria_.id)
            by_message(
                fmt::format("m.id = {}", static_cast<std::int64_t>(criteria_.id->value())));
        else if (!criteria_.message_id.empty())
            by_message_id();
        else if (has_words() && (numbers_.rare_words || !has_person()))
            by_words();
        else if (can_lead(numbers_.sender))
            for_each(*numbers_.sender, [&](auto n) { by_column("m.sender", n); });
        else if (can_lead(numbers_.recipient))
            for_each(*numbers_.recipient,
                     [&](auto n) { by_recipient(n, delivered(criteria_.outcome)); });
        else if (can_lead(numbers_.address))
            for_each(*numbers_.address, [&](auto n) {
                by_column("m.sender", n);
                by_recipient(n, ""); // the outcome is any recipient's then
            });
        else if (can_lead(numbers_.login))
            for_each(*numbers_.login, [&](auto n) { by_column("m.account", n); });
        else if (can_lead(numbers_.client))
            for_each(*numbers_.client, [&](auto n) { by_column("m.client", n); });
        else
            lead_by_domain();
    }

    void lead_by_domain()
    {
        const auto by_recipients = [&](auto n) {
            through("recipients r", "r.message", fmt::format("r.domain = {}", n));
        };
        const auto by_sender = [&](auto n) { by_column("m.sender_domain", n); };
        if (can_lead(numbers_.sender_domain))
            for_each(*numbers_.sender_domain, by_sender);
        else if (can_lead(numbers_.recipient_domain))
            for_each(*numbers_.recipient_domain, by_recipients);
        else if (can_lead(numbers_.domain))
            for_each(*numbers_.domain, [&](auto n) {
                by_sender(n);
                by_recipients(n);
            });
        else
            lead_by_kind();
    }

    void lead_by_kind()
    {
        if (can_lead(numbers_.type))
            for_each(*numbers_.type, [&](auto n) {
                through("attachments f", "f.message", fmt::format("f.declared = {}", n));
                through("attachments f", "f.message", fmt::format("f.found = {}", n));
            });
        else if (criteria_.outcome && *criteria_.outcome != Outcome::delivered)
            through("recipients r", "r.message",
                    "r.result <> 1" + delivered(criteria_.outcome));
        else if (criteria_.null_sender)
            by_message("m.sender IS NULL");
        else if (criteria_.origin && *criteria_.origin != Origin::client)
            by_message(fmt::format("m.origin <> 0 AND m.origin = {}",
                                   static_cast<int>(*criteria_.origin)));
        else if (can_lead(numbers_.tenant))
            for_each(*numbers_.tenant, [&](auto n) {
                for (const int kind : kinds())
                    by_message(fmt::format("m.tenant = {} AND m.kind = {}", n, kind));
            });
        else
            lead_by_time();
    }

    void lead_by_time()
    {
        arms_.walks = true;
        if (criteria_.kind == JournalKind::refusals)
            through("refusals f", "f.message", "TRUE");
        else
            by_message("TRUE");
    }

    template <class Make>
    static void for_each(const Numbers& numbers, Make make)
    {
        for (const std::int64_t number : numbers)
            make(number);
    }

    [[nodiscard]] bool has_words() const
    {
        return !criteria_.words.empty() || !criteria_.files.empty();
    }

    [[nodiscard]] bool has_person() const
    {
        return can_lead(numbers_.sender) || can_lead(numbers_.recipient) ||
               can_lead(numbers_.address) || can_lead(numbers_.login);
    }

    [[nodiscard]] std::vector<int> kinds() const
    {
        switch (criteria_.kind) {
        case JournalKind::messages:
            return {0};
        case JournalKind::refusals:
            return {1};
        case JournalKind::both:
            break;
        }
        return {0, 1};
    }

    void by_message(const std::string& condition)
    {
        add("SELECT m.key AS key FROM messages m WHERE m.key >= ?1 AND m.key < ?2 AND " +
            condition);
    }
    void by_column(std::string_view column, std::int64_t number)
    {
        by_message(fmt::format("{} = {}", column, number));
    }
    void by_recipient(std::int64_t number, const std::string& also)
    {
        for (const char* column : {"r.address", "r.original"})
            through("recipients r", "r.message",
                    fmt::format("{} = {}", column, number) + also);
    }
    void through(std::string_view table, std::string_view key, const std::string& condition)
    {
        add(fmt::format("SELECT DISTINCT {1} AS key FROM {0} CROSS JOIN messages m"
                        " WHERE {1} >= ?1 AND {1} < ?2 AND m.key = {1} AND {2}",
                        table, key, condition));
    }
    // An arm for each form, as only one value has its rows in order.  Each arm has both.
    void by_message_id()
    {
        by_message("m.message_id = ?3 AND ?4 <> ''");
        by_message("m.message_id = ?4 AND ?3 <> ''");
    }
    void by_words()
    {
        add("SELECT words.rowid AS key FROM words CROSS JOIN messages m"
            " WHERE words MATCH ?3 AND words.rowid >= ?1 AND words.rowid < ?2"
            " AND m.key = words.rowid");
        arms_.arms.back().texts = {match_expression(criteria_)};
        words_lead_ = true;
    }
    void add(std::string sql) { arms_.arms.push_back({std::move(sql), {}}); }

    void complete(JournalArm& arm) const
    {
        if (!criteria_.message_id.empty()) {
            const std::string bare = without_brackets(criteria_.message_id);
            arm.texts.insert(arm.texts.end(), {'<' + bare + '>', bare});
            if (criteria_.id) // else it has made the arm
                arm.sql += " AND +m.message_id IN (?3, ?4)";
        }
        if (has_words() && !words_lead_) {
            arm.texts.push_back(match_expression(criteria_));
            arm.sql += fmt::format(" AND EXISTS (SELECT 1 FROM words WHERE words MATCH ?{}"
                                   " AND words.rowid = m.key)",
                                   arm.texts.size() + 2);
        }
        arm.sql += filters();
    }

    [[nodiscard]] std::string filters() const
    {
        Filters all;
        if (criteria_.kind != JournalKind::both)
            all.add(fmt::format("+m.kind = {}", kinds().front()));
        all.numbers("m.sender", numbers_.sender).numbers("m.client", numbers_.client);
        all.numbers("m.account", numbers_.login).numbers("m.tenant", numbers_.tenant);
        all.numbers("m.listener", numbers_.listener);
        all.numbers("m.sender_domain", numbers_.sender_domain);
        if (criteria_.null_sender)
            all.add("+m.sender IS NULL AND +m.known = 1");
        if (criteria_.origin)
            all.add(fmt::format("+m.origin = {}", static_cast<int>(*criteria_.origin)));
        if (criteria_.smallest > 0)
            all.add(fmt::format("m.size >= {}", criteria_.smallest));
        if (criteria_.largest < std::numeric_limits<std::int64_t>::max())
            all.add(fmt::format("m.size <= {}", criteria_.largest));
        add_people(all);
        if (numbers_.type)
            all.add(fmt::format("EXISTS (SELECT 1 FROM attachments f"
                                " WHERE f.message = m.key"
                                " AND (+f.declared IN {0} OR +f.found IN {0}))",
                                list(*numbers_.type)));
        if (numbers_.reason)
            all.add(fmt::format("EXISTS (SELECT 1 FROM refusals f WHERE f.message = m.key"
                                " AND +f.reason IN {})",
                                list(*numbers_.reason)));
        return all.sql();
    }

    void add_people(Filters& all) const
    {
        const std::string outcome = delivered(criteria_.outcome);
        if (numbers_.recipient)
            all.add(recipient_is(fmt::format("(+r.address IN {0} OR +r.original IN {0})",
                                             list(*numbers_.recipient)) +
                                 outcome));
        else if (criteria_.outcome)
            all.add(recipient_is("TRUE" + outcome));
        if (numbers_.address)
            all.add(fmt::format(
                "(+m.sender IN {0} OR {1})", list(*numbers_.address),
                recipient_is(fmt::format("(+r.address IN {0} OR +r.original IN {0})",
                                         list(*numbers_.address)))));
        if (numbers_.recipient_domain)
            all.add(recipient_is("+r.domain IN " + list(*numbers_.recipient_domain)));
        if (numbers_.domain)
            all.add(fmt::format("(+m.sender_domain IN {0} OR {1})", list(*numbers_.domain),
                                recipient_is("+r.domain IN " + list(*numbers_.domain))));
    }

    const JournalCriteria& criteria_;
    const JournalNumbers& numbers_;
    JournalArms arms_;
    bool words_lead_ = false;
};

} // namespace

bool JournalNumbers::impossible() const
{
    for (const auto* one :
         {&sender, &recipient, &address, &sender_domain, &recipient_domain, &domain,
          &client, &login, &type, &tenant, &listener, &reason})
        if (*one && (*one)->empty())
            return true;
    return false;
}

std::string match_expression(const JournalCriteria& criteria)
{
    std::string expression;
    add_words(expression, "subject", criteria.words);
    add_words(expression, "files", criteria.files);
    return expression;
}

std::string together(const JournalArms& arms)
{
    std::string sql;
    for (const JournalArm& arm : arms.arms)
        sql += (sql.empty() ? "" : " UNION ") + arm.sql;
    return sql;
}

std::string ranking_query(const JournalArms& arms, JournalSort sort, std::size_t limit,
                          std::optional<JournalRank> after)
{
    // In the order of JournalSort.
    constexpr std::string_view values[] = {
        "(SELECT v.size FROM messages v WHERE v.key = f.key)",
        "(SELECT v.recipients FROM messages v WHERE v.key = f.key)",
        "coalesce((SELECT max(v.last) - (f.key >> 10) FROM recipients v"
        " WHERE v.message = f.key AND v.result NOT IN (0, 7)), -1)"};
    static_assert(std::size(values) == std::size(sort_words));
    std::string sql =
        fmt::format("SELECT key, value FROM (SELECT f.key AS key, {} AS value FROM ({}) f)",
                    values[static_cast<std::size_t>(sort)], together(arms));
    if (after)
        sql += fmt::format(" WHERE (value, key) < ({}, {})", after->value, after->key);
    return sql + fmt::format(" ORDER BY value DESC, key DESC LIMIT {}", limit);
}

JournalArms journal_arms(const JournalCriteria& criteria, const JournalNumbers& numbers)
{
    return Builder(criteria, numbers).build();
}

} // namespace db
