// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/persons.h - who did it: only with the auditors' private key.
#pragma once

#include "audit/files.h"
#include "seal/keys.h"

#include <optional>
#include <string>
#include <vector>

namespace tkuev_audit {

class Persons {
public:
    // `key`: file of the private key, "-" for standard input, empty: nobody is told.
    Persons(const audit::Places& places, const std::string& key);
    [[nodiscard]] bool known() const { return key_.has_value(); }
    // Empty without a key, or of a deleted record; "?" if it is sealed to somebody else.
    [[nodiscard]] std::string of(const audit::Record& record) const;

private:
    std::vector<seal::Certificate> certificates_; // which this key belongs to, perhaps
    std::optional<seal::PrivateKey> key_;
};

} // namespace tkuev_audit
