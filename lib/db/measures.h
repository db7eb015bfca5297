// SPDX-License-Identifier: Apache-2.0
// db/measures.h - measures.db: what is intercepted, and for whom.
//
// Of the interception user alone (mode 0600), and locked besides: see sql/li/schema.sql.
// Each writing call is one transaction; who calls has noted the act before
// (audit/client.h).  Whether an act is lawful is decided in li/life.h, not here.
// Threads: one.
#pragma once

#include "base/clock.h"
#include "db/sqlite.h"
#include "li/check.h"
#include "li/measure.h"
#include "seal/vault.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {

inline constexpr int measures_version = 2;

// Makes the file or brings it to measures_version; true if something was done.  Only
// `tkuev-ctl init` does.
bool migrate_measures(const std::string& path);

// Whether there is anything in the file that only its key opens; false without a file.  For
// `tkuev-ctl init`: of whatever version it is.
bool has_boxes(const std::string& path);

struct StoredMeasure {
    li::Measure measure;
    std::int64_t revision = 0;
};

class Measures {
public:
    // The file must be of measures_version.  The vault must live as long.  `patience`: how
    // long others may keep us waiting.
    Measures(const std::string& path, const seal::Vault& vault,
             base::milliseconds patience = std::chrono::seconds(10));
    Measures(const Measures&) = delete;
    Measures& operator=(const Measures&) = delete;

    // In the order of their handles, which is none.  Throws Failure(fix_data) if a box does
    // not open: damaged, or another key.
    [[nodiscard]] std::vector<StoredMeasure> all();
    [[nodiscard]] std::optional<StoredMeasure> by_handle(const li::Handle& handle);
    // True if anybody has written since the last time it was asked.
    [[nodiscard]] bool changed();

    // Failure(fix_data) if its authority has given its reference before.
    void add(const li::Measure& measure);
    // Failure(try_later) if somebody has changed it since it was read.
    void change(const StoredMeasure& stored);
    // Of one that was forgotten nothing is to stay beside the database, either: empties the
    // write-ahead log.  Failure(try_later) if somebody reads what was.
    void destroy_remains();

    [[nodiscard]] std::vector<li::Authority> authorities();
    void put(const li::Authority& authority); // new, or instead of the one of its name
    [[nodiscard]] bool remove_authority(std::string_view name);
    [[nodiscard]] std::vector<li::TestAccount> test_accounts();
    void put(const li::TestAccount& account);
    [[nodiscard]] bool remove_test_account(std::string_view name);

private:
    struct Boxed {
        std::string id;
        std::string text;
    };
    enum class Table : std::uint8_t { authorities, test_accounts };

    [[nodiscard]] std::string open(std::string_view box, std::string_view table,
                                   std::string_view row, std::string_view column) const;
    [[nodiscard]] StoredMeasure read(const Statement& row) const;
    void bind(Statement& statement, const li::Measure& measure,
              std::vector<std::string>& boxes) const;
    [[nodiscard]] std::vector<Boxed> boxes(Table table);
    void put_box(Table table, std::string id, std::string_view text);
    bool remove_box(Table table, std::string_view id);
    // Empty if there is none.
    [[nodiscard]] std::string authority_id(std::string_view name);
    [[nodiscard]] std::string test_account_id(std::string_view name);

    Sqlite database_;
    base::milliseconds patience_;
    const seal::Vault& vault_;
    std::int64_t seen_ = 0;
};

} // namespace db
