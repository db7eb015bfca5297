// SPDX-License-Identifier: Apache-2.0
#include "report_print.h"

#include "text/csv.h"
#include "text/json.h"
#include "text/lines.h"
#include "text/visible.h"

#include <fmt/format.h>

#include <algorithm>

namespace journalq {

namespace {

void add_number(text::JsonWriter& json, std::optional<std::int64_t> number)
{
    if (number)
        json.value(*number);
    else
        json.null();
}

std::string text_of(std::optional<std::int64_t> number, const char* none)
{
    return number ? std::to_string(*number) : none;
}

std::string json_of(const ReportTable& table)
{
    std::string out;
    for (const ReportTable::Row& row : table.rows) {
        text::JsonWriter json(out);
        json.begin_object().member(table.name, row.name);
        for (std::size_t i = 0; i < table.numbers.size(); ++i)
            add_number(json.key(table.numbers[i]), row.numbers[i]);
        json.end_object();
        out += '\n';
    }
    return out;
}

std::string csv_of(const ReportTable& table)
{
    std::string out;
    std::vector<std::string_view> header{table.name};
    header.insert(header.end(), table.numbers.begin(), table.numbers.end());
    text::append_csv(out, header);
    for (const ReportTable::Row& row : table.rows) {
        std::vector<std::string> cells{text::spreadsheet_text(row.name)};
        for (const auto number : row.numbers)
            cells.push_back(text_of(number, ""));
        text::append_csv(out, {cells.begin(), cells.end()});
    }
    return out;
}

std::string table_of(const ReportTable& table)
{
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < table.numbers.size(); ++i) {
        std::size_t width = table.numbers[i].size();
        for (const ReportTable::Row& row : table.rows)
            width = std::max(width, text_of(row.numbers[i], "-").size());
        widths.push_back(width);
    }
    std::string out;
    for (std::size_t i = 0; i < widths.size(); ++i)
        out += fmt::format("{:>{}}  ", text::to_upper(table.numbers[i]), widths[i]);
    out += text::to_upper(table.name) + table.note + '\n';
    for (const ReportTable::Row& row : table.rows) {
        for (std::size_t i = 0; i < widths.size(); ++i)
            out += fmt::format("{:>{}}  ", text_of(row.numbers[i], "-"), widths[i]);
        out += (row.name.empty() ? table.nothing : text::visible(row.name)) + '\n';
    }
    return out;
}

} // namespace

std::string report_text(const ReportTable& table, const conf::Call& call)
{
    if (call.has("json"))
        return json_of(table);
    return call.has("csv") ? csv_of(table) : table_of(table);
}

} // namespace journalq
