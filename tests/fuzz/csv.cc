// SPDX-License-Identifier: Apache-2.0
// Fuzz target: CSV; what is read without error is written and read again the same.
#include "text/csv.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    text::CsvReader reader(text);
    text::CsvRow row;
    std::size_t line = 0;
    while (reader.next(row)) {
        if (row.line <= line)
            std::abort(); // a row always takes a line
        line = row.line;
        if (!row.error.empty())
            continue;
        std::string written;
        text::append_csv(written, {row.fields.begin(), row.fields.end()});
        text::CsvReader again(written);
        text::CsvRow copy;
        if (!again.next(copy) || copy.fields != row.fields)
            std::abort();
    }
    return 0;
}
