// SPDX-License-Identifier: Apache-2.0
// db/admin.h - making and changing sponts.db.  Servers never do; they ask db/directory.h.
//
// One Writer is one transaction: nothing is seen by anybody before commit(), and without it
// nothing has happened.  Rows are checked as `sponts import` checks them.
#pragma once

#include "base/clock.h"
#include "db/directory.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace db {

// The version of the schema this program works with; PRAGMA user_version of the file.
inline constexpr int schema_version = 4;

// How long a write waits for other writers before it gives up (base::Remedy::try_later).
inline constexpr base::milliseconds write_patience{10'000};

struct Migration {
    int from = 0; // 0: the file was made
    int to = schema_version;
};

// Makes the database (mode 0640) or brings it to schema_version, in one transaction. Throws
// Failure(fix_config) if a newer program made it, Failure(fix_data) if it is no sponts
// database.
Migration migrate(const std::string& path, base::milliseconds patience = write_patience);

// Throws as a server would at its start: missing, damaged, not readable, or not of
// schema_version (fix_config).
void check_database(const std::string& path);

// A file with CA certificates that routes name, the first pattern that does, and how many
// rows do.
struct RouteFile {
    std::string file;
    std::string pattern;
    std::uint64_t rows = 0;
};
// Each of them once.  Throws as check_database().
[[nodiscard]] std::vector<RouteFile> route_authorities(const std::string& path);

// The addresses of a user of the system, in lower case; none for whoever has no row. Throws
// as check_database(), and try_later where the database is locked.
[[nodiscard]] std::vector<std::string> addresses_of_system_user(const std::string& path,
                                                                std::string_view name);

// One user, with a password as it was typed.  Failure(fix_data) if there is such a user
// already, or none.
void add_user(const std::string& path, std::string_view name, std::string_view password);
void change_password(const std::string& path, std::string_view name,
                     std::string_view password);

class Writer {
public:
    // Waits for its turn, then begins.  The database must be of schema_version.
    explicit Writer(const std::string& path, base::milliseconds patience = write_patience);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer();

    // Each adds a row or changes the one with the same key; a bad value is
    // Failure(fix_data).
    void put_tenant(std::string_view name, std::string_view comment = {});
    void put(const Domain& domain);
    void put(const RouteHost& host);
    void put(const AddressRow& row);
    void put(const User& user);
    // Every host that one pattern has for one service.
    void remove_route(std::string_view pattern, Service service = Service::mail);

    // After it the changes are on the disk.
    void commit();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace db
