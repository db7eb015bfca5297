// SPDX-License-Identifier: Apache-2.0
// delivery/result_line.h - recipients with one answer share a line of the log.  Pure.
#pragma once

#include "session/smtp_client.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace delivery {

// Until it is full: each recipient is named, once.  Those whose address a row has rewritten
// stand apart, with the addresses they had.
struct ResultLine {
    session::Answer::Kind kind;
    bool rewritten = false;
    std::string reason;
    std::string to;
    std::string original; // in the order of `to`; empty unless rewritten
    std::uint32_t count = 0;

    [[nodiscard]] bool full() const;
};

void add_to_line(std::vector<ResultLine>& lines, session::Answer::Kind kind,
                 const std::string& reason, const std::string& address,
                 const std::string& original);

} // namespace delivery
