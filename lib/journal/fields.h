// SPDX-License-Identifier: Apache-2.0
// journal/fields.h - keys and values of one line of a log.  Pure.
#pragma once

#include "base/log_line.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace journal {

class Fields {
public:
    // False: the line was cut.
    bool read(base::LogLine line);
    // Empty: there is no such key.
    [[nodiscard]] const std::string& operator[](std::string_view key) const;
    [[nodiscard]] std::string but_none(std::string_view key) const;

private:
    using Pair = std::pair<std::string_view, std::string>;
    std::vector<Pair> all_;
};

} // namespace journal
