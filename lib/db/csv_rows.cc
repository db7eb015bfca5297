// SPDX-License-Identifier: Apache-2.0
#include "db/csv_rows.h"

#include "text/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace db {

namespace {

constexpr std::size_t password_column = no_column - 1;

std::string column_names(const Table& table)
{
    std::string names;
    for (const Column& column : table.columns)
        names += (names.empty() ? "" : ", ") + std::string(column.name);
    return names;
}

// The reader of one file: which field is which column, and then the rows.
class Reader {
public:
    Reader(const Table& table, Complaints& complaints)
        : table_(&table), complaints_(&complaints)
    {
        result_.given.assign(table.columns.size(), false);
    }

    // False: it does not fit, and no row means anything.
    bool take_header(const text::CsvRow& header);
    void take_row(const text::CsvRow& row);
    FileRows finish() { return std::move(result_); }

private:
    [[nodiscard]] std::size_t place_of(const std::string& field) const;
    bool take_field(FileRow& out, std::size_t place, const std::string& field);
    bool take_password(FileRow& out, const std::string& field);
    bool take_name(const text::CsvRow& header, const std::string& field);
    bool bad_header(const text::CsvRow& header, std::string why);
    bool complain(const FileRow& row, std::string_view column, std::string_view why);

    const Table* table_;
    Complaints* complaints_;
    std::vector<std::size_t> places_; // field -> column
    FileRows result_;
};

std::size_t Reader::place_of(const std::string& field) const
{
    if (table_->name == "users" && field == "password")
        return password_column;
    return table_->column(field);
}

bool Reader::bad_header(const text::CsvRow& header, std::string why)
{
    complaints_->add(header.line, std::move(why));
    return false;
}

bool Reader::take_name(const text::CsvRow& header, const std::string& field)
{
    const std::size_t place = place_of(field);
    if (place == no_column)
        return bad_header(header, fmt::format("unknown column \"{}\": {} has {}", field,
                                              table_->name, column_names(*table_)));
    if (std::ranges::find(places_, place) != places_.end())
        return bad_header(header, fmt::format("column \"{}\" stands there twice", field));
    places_.push_back(place);
    if (place != password_column)
        result_.given[place] = true;
    return true;
}

bool Reader::take_header(const text::CsvRow& header)
{
    if (!header.error.empty())
        return bad_header(header, header.error);
    for (const std::string& field : header.fields)
        if (!take_name(header, field))
            return false;
    for (std::size_t i = 0; i < table_->columns.size(); ++i)
        if (table_->columns[i].needed && !result_.given[i])
            return bad_header(
                header, fmt::format("column \"{}\" is missing", table_->columns[i].name));
    return true;
}

bool Reader::complain(const FileRow& row, std::string_view column, std::string_view why)
{
    complaints_->add(row.line, fmt::format("{}: {}", column, why));
    return false;
}

bool Reader::take_password(FileRow& out, const std::string& field)
{
    const Checked value = check_password(field);
    if (!value)
        return complain(out, "password", value.error());
    out.password = *value;
    return true;
}

// An empty field is one where nothing was said.
bool Reader::take_field(FileRow& out, std::size_t place, const std::string& field)
{
    if (place == password_column)
        return take_password(out, field);
    const Column& column = table_->columns[place];
    if (field.empty() && !column.needed)
        return true;
    if (field.empty())
        return complain(out, column.name, "is empty");
    Checked value = column.check(field);
    if (!value)
        return complain(out, column.name, value.error());
    out.row[place] = std::move(*value);
    return true;
}

void Reader::take_row(const text::CsvRow& row)
{
    if (!row.error.empty())
        return complaints_->add(row.line, row.error);
    if (row.fields.size() != places_.size())
        return complaints_->add(row.line, fmt::format("{} fields, the header has {}",
                                                      row.fields.size(), places_.size()));
    FileRow out{.line = row.line, .row = {}, .password = {}};
    for (const Column& column : table_->columns)
        out.row.emplace_back(column.otherwise);
    bool good = true;
    for (std::size_t i = 0; i < places_.size(); ++i)
        good = take_field(out, places_[i], row.fields[i]) && good;
    if (!good)
        return;
    table_->complete(out.row, true);
    result_.rows.push_back(std::move(out));
}

} // namespace

void Complaints::add(std::size_t line, std::string why)
{
    ++count_;
    if (told_.size() < max_told)
        told_.push_back({.line = line, .why = std::move(why)});
}

std::vector<BadRow> Complaints::told() const
{
    std::vector<BadRow> sorted = told_;
    std::ranges::sort(sorted, {},
                      [](const BadRow& row) { return std::tie(row.line, row.why); });
    return sorted;
}

FileRows read_rows(const Table& table, std::string_view csv, Complaints& complaints)
{
    text::CsvReader reader(csv);
    text::CsvRow row;
    Reader rows(table, complaints);
    if (!reader.next(row))
        complaints.add(1, "the header is missing");
    else if (rows.take_header(row))
        while (reader.next(row))
            rows.take_row(row);
    return rows.finish();
}

} // namespace db
