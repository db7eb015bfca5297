// SPDX-License-Identifier: Apache-2.0
// text/csv.h - RFC 4180: reading for import (with line numbers) and writing for export.
//
// Lines end with CRLF or LF; fields may be quoted, a quoted field may hold commas, quotes
// (doubled) and line ends.  A byte order mark is skipped, empty lines are skipped.  Fields
// are bytes; whether they are UTF-8 is the importer's question.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace text {

struct CsvRow {
    std::size_t line = 0; // where the row begins, from 1
    std::vector<std::string> fields;
    std::string error; // not empty: what is wrong; fields are not to be used
};

class CsvReader {
public:
    static constexpr std::size_t max_fields = 100;
    static constexpr std::size_t max_field = 65536;

    // `text` must stay alive; all of the file.
    explicit CsvReader(std::string_view text);
    // False at the end.  A bad row does not stop the reader: it goes on at the next line.
    [[nodiscard]] bool next(CsvRow& row);

private:
    void skip_empty_lines();
    void read_field(CsvRow& row);
    void read_quoted(CsvRow& row);
    void read_plain(CsvRow& row);
    void skip_line();
    void fail(CsvRow& row, std::string_view error);
    [[nodiscard]] bool at_end_of_line() const;
    void take_end_of_line();

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t row_start_ = 0;
    std::size_t line_ = 1;
};

// One row with CRLF; a field is quoted when it must be.
void append_csv(std::string& out, const std::vector<std::string_view>& fields);

} // namespace text
