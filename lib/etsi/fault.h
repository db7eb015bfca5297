// SPDX-License-Identifier: Apache-2.0
// etsi/fault.h - why a value cannot be sent: the standard's name of the field, and what is
// wrong with it.  A fault is an expected answer (somebody entered a wrong value), not an
// exception.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace etsi {

struct Fault {
    std::string_view field;   // as the standard spells it: "lawfulInterceptionIdentifier"
    std::string_view problem; // "longer than 25 octets"; both are literals

    [[nodiscard]] std::string text() const
    {
        return std::string(field).append(": ").append(problem);
    }
    bool operator==(const Fault&) const = default;
};

using Checked = std::expected<void, Fault>;

[[nodiscard]] inline Checked wrong(std::string_view field, std::string_view problem)
{
    return std::unexpected(Fault{field, problem});
}

} // namespace etsi
