// SPDX-License-Identifier: Apache-2.0
// sponts export TABLE: a table as CSV on standard output, in the form import takes.
#include "base/failure.h"
#include "database.h"
#include "db/exchange.h"

#include <iostream>

namespace sponts {

int export_table(const Call& call)
{
    db::export_csv(database_of(call), call.operands.at(0), [](std::string_view piece) {
        std::cout.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    });
    if (!std::cout.flush())
        base::fail_errno("write", "standard output");
    return EXIT_SUCCESS;
}

} // namespace sponts
