// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a CSV file as rows of each table.  What is accepted is in stored form: it is
// accepted again and stays as it is.
#include "db/csv_rows.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const db::Table& table : db::all_tables()) {
        db::Complaints complaints;
        for (const db::FileRow& file : db::read_rows(table, text, complaints).rows)
            for (std::size_t i = 0; i < file.row.size(); ++i) {
                if (file.row[i] == table.columns[i].otherwise)
                    continue;
                const db::Checked again = table.columns[i].check(file.row[i]);
                if (!again || *again != file.row[i])
                    std::abort();
            }
    }
    return 0;
}
