// SPDX-License-Identifier: Apache-2.0
// The rows of a file meet those of the database, group by group, in one transaction.
#include "db/csv_rows.h"
#include "db/hashing.h"
#include "db/loops.h"
#include "db/names.h"
#include "db/store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unordered_map>
#include <unordered_set>

namespace db {

namespace {

using Group = std::vector<FileRow*>;

// Groups in the order in which they begin in the file.
struct Groups {
    std::vector<Group> all;
    std::unordered_map<std::string_view, std::size_t> by_name;
};

Groups group_rows(FileRows& file)
{
    Groups groups;
    for (FileRow& row : file.rows) {
        const auto [found, fresh] =
            groups.by_name.try_emplace(row.row[0], groups.all.size());
        if (fresh)
            groups.all.emplace_back();
        groups.all[found->second].push_back(&row);
    }
    return groups;
}

class Merge {
public:
    Merge(const Session& session, const Table& table, const std::vector<bool>& given,
          bool replace, Complaints& complaints)
        : session_(&session), table_(&table), given_(&given), replace_(replace),
          store_(session.database(), table), complaints_(&complaints)
    {
    }

    void apply(const Group& group);
    void remove_others(const Groups& groups);
    void refuse_loops(const Groups& groups);
    void refuse_strange_domains(const FileRows& file);
    [[nodiscard]] const ImportResult& result() const { return result_; }

private:
    using Existing = std::unordered_map<std::string, Row>;

    [[nodiscard]] Existing existing(const std::string& name);
    [[nodiscard]] bool is_new_key(std::unordered_map<std::string, std::size_t>& lines,
                                  const FileRow& file);
    void keep_unsaid(FileRow& file, const Row& before) const;
    void write(FileRow& file, Existing& before);
    void put(const FileRow& file);
    void remove(const Row& row);
    void check_group(const Group& group);
    void remove_left(const Group& group, const Existing& left);

    const Session* session_;
    const Table* table_;
    const std::vector<bool>* given_;
    bool replace_; // what the file does not name goes
    Store store_;
    Complaints* complaints_;
    ImportResult result_;
};

Merge::Existing Merge::existing(const std::string& name)
{
    Existing rows;
    for (Row& row : store_.group(name)) {
        std::string key = table_->key(row);
        rows.emplace(std::move(key), std::move(row));
    }
    return rows;
}

bool Merge::is_new_key(std::unordered_map<std::string, std::size_t>& lines,
                       const FileRow& file)
{
    const auto [first, fresh] = lines.try_emplace(table_->key(file.row), file.line);
    if (!fresh)
        complaints_->add(file.line,
                         fmt::format("the same row stands in line {}", first->second));
    return fresh;
}

// A column the file does not have stays as it is; but a new password leaves nothing of the
// old one valid.
void Merge::keep_unsaid(FileRow& file, const Row& before) const
{
    for (std::size_t i = 0; i < before.size(); ++i) {
        const std::string_view name = table_->columns[i].name;
        const bool made = file.new_password && (name == "password_hash" || name == "scram");
        if (!(*given_)[i] && !table_->columns[i].key && !made)
            file.row[i] = before[i];
    }
}

void Merge::put(const FileRow& file)
{
    try {
        store_.put(file.row);
    } catch (const base::Failure& failure) {
        if (failure.remedy() != base::Remedy::fix_data)
            throw;
        std::string why = failure.what();
        for (std::size_t i = 0; i < file.row.size(); ++i)
            if (table_->columns[i].kind == Kind::reference && !file.row[i].empty())
                why = fmt::format("{0}: there is no {0} \"{1}\"", table_->columns[i].name,
                                  file.row[i]);
        complaints_->add(file.line, why);
    }
}

void Merge::remove(const Row& row)
{
    try {
        store_.remove(row);
        ++result_.removed;
    } catch (const base::Failure& failure) {
        if (failure.remedy() != base::Remedy::fix_data)
            throw;
        complaints_->add(0, fmt::format("{} \"{}\" cannot be removed: it is in use",
                                        table_->columns[0].name, row[0]));
    }
}

// Takes what it finds out of `before`: what is left at the end is not in the file.
void Merge::write(FileRow& file, Existing& before)
{
    const auto found = before.find(table_->key(file.row));
    const bool known = found != before.end();
    if (known)
        keep_unsaid(file, found->second);
    table_->complete(file.row, false);
    if (const std::string why = table_->check_row(file.row); !why.empty())
        return complaints_->add(file.line, why);
    if (known && found->second == file.row) {
        ++result_.unchanged;
    } else {
        ++(known ? result_.changed : result_.added);
        put(file);
    }
    if (known)
        before.erase(found);
}

void Merge::check_group(const Group& group)
{
    std::vector<const Row*> rows;
    for (const FileRow* file : group)
        rows.push_back(&file->row);
    if (const std::string why = table_->check_group(rows); !why.empty())
        complaints_->add(group.back()->line, why);
}

void Merge::apply(const Group& group)
{
    std::unordered_map<std::string, std::size_t> lines;
    Existing before = existing(group.front()->row[0]);
    for (FileRow* file : group)
        if (is_new_key(lines, *file))
            write(*file, before);
    check_group(group);
    remove_left(group, before);
}

// What the file does not name of the parts it has; with --replace, of any part.
void Merge::remove_left(const Group& group, const Existing& left)
{
    std::unordered_set<std::string_view> parts;
    for (const FileRow* file : group)
        parts.insert(table_->part(file->row));
    for (const auto& [key, row] : left)
        if (replace_ || parts.contains(table_->part(row)))
            remove(row);
}

void Merge::remove_others(const Groups& groups)
{
    for (const std::string& name : store_.groups())
        if (!groups.by_name.contains(name))
            for (const Row& row : store_.group(name))
                remove(row);
}

// The first line of the file that is in the loop.  One is, or the loop would have been
// there before.  Beside bad rows too: what stands in the database for them may be in it.
std::size_t first_line(const Groups& groups, const std::vector<std::string>& way)
{
    std::size_t line = 0;
    for (const std::string& address : way) {
        const auto found = groups.by_name.find(address);
        if (found == groups.by_name.end())
            continue;
        const std::size_t here = groups.all[found->second].front()->line;
        line = line == 0 ? here : std::min(line, here);
    }
    return line;
}

void Merge::refuse_loops(const Groups& groups)
{
    for (const std::vector<std::string>& way : find_loops(session_->database()))
        complaints_->add(first_line(groups, way),
                         fmt::format("loop: {}", fmt::join(way, " -> ")));
}

// Mail to them is kept elsewhere, and nobody's here; and when the domain comes to us one
// day, the row would give its mail to somebody whom nobody thinks of.
void Merge::refuse_strange_domains(const FileRows& file)
{
    Statement ours = session_->database().prepare("SELECT 1 FROM domains WHERE name = ?1");
    const std::size_t address = table_->column("address");
    for (const FileRow& row : file.rows) {
        const std::string_view domain = halves(row.row[address]).domain;
        ours.bind(1, domain);
        if (!ours.step())
            complaints_->add(row.line,
                             fmt::format("address: there is no domain \"{}\"", domain));
        ours.reset();
    }
}

std::vector<BadRow> doubts(const Groups& groups, const ImportOptions& options)
{
    std::vector<BadRow> odd;
    for (const Group& group : groups.all) {
        if (!options.doubt || odd.size() == max_told)
            break;
        if (std::string why = options.doubt(group.front()->row[0]); !why.empty())
            odd.push_back({.line = group.front()->line, .why = std::move(why)});
    }
    return odd;
}

ImportResult merge(Session& session, const Table& table, FileRows& file,
                   const ImportOptions& options, Complaints& complaints)
{
    const Groups groups = group_rows(file);
    Merge merge(session, table, file.given, options.replace, complaints);
    if (options.replace)
        merge.remove_others(groups);
    for (const Group& group : groups.all)
        merge.apply(group);
    if (table.name == "addresses")
        merge.refuse_loops(groups);
    if (table.name == "system_users")
        merge.refuse_strange_domains(file);
    if (complaints.count() == 0 && !options.dry_run)
        session.commit();
    ImportResult result = merge.result();
    result.odd = doubts(groups, options);
    return result;
}

// A password and a hash for the same user: which one would it be?
void refuse_both(const FileRows& file, const Table& users, Complaints& complaints)
{
    const std::size_t hash = users.column("password_hash");
    const std::size_t scram = users.column("scram");
    for (const FileRow& row : file.rows)
        if (!row.password.empty() && !(row.row[hash].empty() && row.row[scram].empty()))
            complaints.add(row.line, "password: does not go with password_hash and scram");
}

} // namespace

ImportResult import_csv(const std::string& database, std::string_view name,
                        std::string_view csv, const ImportOptions& options)
{
    const Table* table = find_table(name);
    if (table == nullptr)
        throw base::Failure(base::Remedy::fix_arguments,
                            fmt::format("import {}: there are {}", name, table_names()));
    Complaints complaints;
    FileRows file = read_rows(*table, csv, complaints);
    if (table->name == "users") {
        refuse_both(file, *table, complaints);
        // Before the transaction: nobody else should wait for it.
        hash_passwords(file.rows, *table, options.dry_run || complaints.count() > 0);
    }
    if (complaints.count() > 0 && file.rows.empty())
        return {.bad = complaints.told(), .bad_rows = complaints.count()};
    Session session(database, options.patience);
    ImportResult result = merge(session, *table, file, options, complaints);
    result.bad = complaints.told();
    result.bad_rows = complaints.count();
    return result;
}

} // namespace db
