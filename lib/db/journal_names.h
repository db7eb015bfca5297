// SPDX-License-Identifier: Apache-2.0
// db/journal_names.h - the numbers that addresses, clients, users and labels have in the
// journal; made when they are first used.
//
// Remembered in memory between batches.  Whoever deletes rows in another process changes
// the file: then forget() first.
#pragma once

#include "db/sqlite.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace db {

struct FiledAddress {
    std::int64_t id = 0;
    std::int64_t domain = 0;
};

class JournalNames {
public:
    explicit JournalNames(const Sqlite& database) : database_(database) {}

    // Empty texts have no number.  A number that no row refers to is nobody's to delete.
    [[nodiscard]] std::optional<FiledAddress> address(const std::string& address);
    // Only if it has one.
    [[nodiscard]] std::optional<FiledAddress> known_address(const std::string& address);
    [[nodiscard]] std::optional<std::int64_t> client(const std::string& address,
                                                     const std::string& name);
    [[nodiscard]] std::optional<std::int64_t> account(const std::string& name);
    // `day` of use, in days since 1970.
    [[nodiscard]] std::optional<std::int64_t> label(const std::string& text,
                                                    std::int64_t day);
    void forget();

private:
    struct Label {
        std::int64_t id = 0;
        std::int64_t seen = 0;
    };
    [[nodiscard]] std::int64_t domain(const std::string& name);
    [[nodiscard]] std::optional<FiledAddress>
    find_address(const std::string& address) const;

    const Sqlite& database_;
    std::unordered_map<std::string, FiledAddress> addresses_;
    std::unordered_map<std::string, std::int64_t> domains_;
    std::unordered_map<std::string, std::int64_t> clients_;
    std::unordered_map<std::string, std::int64_t> accounts_;
    std::unordered_map<std::string, Label> labels_;
};

} // namespace db
