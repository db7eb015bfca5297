// SPDX-License-Identifier: Apache-2.0
// li/findings.h - faults while they are gathered.  For li/check.cc and its parts only.
#pragma once

#include "li/check.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace li {

class Findings {
public:
    void error(std::string_view field, std::string english, std::string german)
    {
        add({std::string(field), std::move(english), std::move(german), false, 0});
    }
    void warning(std::string_view field, std::string english, std::string german)
    {
        add({std::string(field), std::move(english), std::move(german), true, 0});
    }
    void add(Fault fault)
    {
        (fault.warning ? warnings_ : errors_).push_back(std::move(fault));
    }
    std::vector<Fault> take()
    {
        errors_.insert(errors_.end(), warnings_.begin(), warnings_.end());
        return std::move(errors_);
    }

private:
    std::vector<Fault> errors_;
    std::vector<Fault> warnings_;
};

inline constexpr std::string_view missing_english = "is missing";

inline void missing(Findings& found, std::string_view field)
{
    found.error(field, std::string(missing_english), "fehlt");
}

// Profile, destinations and identifiers.
void check_delivery(Findings& found, const Measure& measure, const Surroundings& around);

} // namespace li
