// SPDX-License-Identifier: Apache-2.0
#include "text/csv.h"

#include <algorithm>

namespace text {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool needs_quotes(std::string_view field)
{
    return field.starts_with(byte_order_mark) || // it would be skipped in front of a file
           field.find_first_of(",\"\r\n") != std::string_view::npos;
}

void append_field(std::string& out, std::string_view field, bool quote)
{
    if (!quote && !needs_quotes(field)) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        if (c == '"')
            out += '"';
        out += c;
    }
    out += '"';
}

} // namespace

CsvReader::CsvReader(std::string_view text) : text_(text)
{
    if (text_.starts_with(byte_order_mark))
        text_.remove_prefix(byte_order_mark.size());
}

bool CsvReader::at_end_of_line() const
{
    const std::string_view rest = text_.substr(at_);
    return rest.empty() || rest.front() == '\n' || rest.starts_with("\r\n");
}

void CsvReader::take_end_of_line()
{
    if (at_ == text_.size())
        return;
    at_ += text_[at_] == '\r' ? 2 : 1;
    ++line_;
}

void CsvReader::skip_empty_lines()
{
    while (at_ < text_.size() && at_end_of_line())
        take_end_of_line();
}

void CsvReader::skip_line()
{
    const auto end = text_.find('\n', at_);
    at_ = end == std::string_view::npos ? text_.size() : end;
    take_end_of_line();
}

void CsvReader::fail(CsvRow& row, std::string_view error)
{
    row.error = error;
}

void CsvReader::read_quoted(CsvRow& row)
{
    std::string field;
    for (++at_;; ++at_) {
        const auto quote = text_.find('"', at_);
        if (quote == std::string_view::npos) {
            at_ = row_start_; // the row is this one line, then
            line_ = row.line;
            return fail(row, "a quoted field does not end");
        }
        line_ += static_cast<std::size_t>(
            std::count(text_.begin() + at_, text_.begin() + quote, '\n'));
        field.append(text_, at_, quote - at_);
        at_ = quote + 1;
        if (at_ == text_.size() || text_[at_] != '"')
            break;
        field += '"';
    }
    if (field.size() > max_field)
        return fail(row, "a field is too long");
    row.fields.push_back(std::move(field));
    if (!at_end_of_line() && text_[at_] != ',')
        fail(row, "text after a quoted field");
}

void CsvReader::read_plain(CsvRow& row)
{
    const std::size_t start = at_;
    while (!at_end_of_line() && text_[at_] != ',' && text_[at_] != '"')
        ++at_;
    if (at_ < text_.size() && text_[at_] == '"')
        return fail(row, "a quote inside an unquoted field");
    if (at_ - start > max_field)
        return fail(row, "a field is too long");
    row.fields.emplace_back(text_.substr(start, at_ - start));
}

void CsvReader::read_field(CsvRow& row)
{
    if (row.fields.size() == max_fields)
        return fail(row, "too many fields");
    if (at_ < text_.size() && text_[at_] == '"')
        return read_quoted(row);
    read_plain(row);
}

bool CsvReader::next(CsvRow& row)
{
    skip_empty_lines();
    row = {};
    row.line = line_;
    row_start_ = at_;
    if (at_ == text_.size())
        return false;
    for (;;) {
        read_field(row);
        if (!row.error.empty()) {
            skip_line();
            return true;
        }
        if (at_end_of_line())
            break;
        ++at_;
    }
    take_end_of_line();
    return true;
}

void append_csv(std::string& out, const std::vector<std::string_view>& fields)
{
    // A row of one empty field would be an empty line, which is no row.
    const bool lonely = fields.size() == 1 && fields[0].empty();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0)
            out += ',';
        append_field(out, fields[i], lonely);
    }
    out += "\r\n";
}

} // namespace text
