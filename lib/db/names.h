// SPDX-License-Identifier: Apache-2.0
// db/names.h - addresses and domains in the one form in which they are stored and compared.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace db {

// ASCII letters only, as lower() of every database does it for them.
[[nodiscard]] std::string lower(std::string_view text);

// Lower case, A-labels (IDNA2008), no final dot.  Nothing if it cannot be a domain name.
// Address literals ("[192.0.2.1]") stay as they are but for case.
[[nodiscard]] std::optional<std::string> normal_domain(std::string_view name);

// Local part and domain; without "@" everything is the local part.  The last "@" divides:
// one inside a quoted local part does not.
struct Halves {
    std::string_view local;
    std::string_view domain;
};
[[nodiscard]] Halves halves(std::string_view address);

} // namespace db
