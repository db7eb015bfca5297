// SPDX-License-Identifier: Apache-2.0
// Single users, as `sponts user` changes them.
#include "db/admin.h"
#include "db/store.h"
#include "sasl/password.h"

#include <fmt/format.h>

namespace db {

namespace {

[[noreturn]] void refuse(std::string_view name, std::string_view why)
{
    throw base::Failure(base::Remedy::fix_data, fmt::format("user {}: {}", name, why));
}

// In the order of the columns; `enabled` is for the caller.
Row make_row(std::string_view name, std::string_view password)
{
    if (const Checked checked = check_user(name); !checked)
        refuse(name, checked.error());
    if (const Checked checked = check_password(password); !checked)
        refuse(name, "password: " + checked.error());
    if (password.empty())
        refuse(name, "the password is empty");
    return {std::string(name), sasl::argon2id_hash(password),
            sasl::scram_verifier(password), "1"};
}

// Hashes first: nobody waits for it.
void store(const std::string& path, Row row, bool must_exist)
{
    Session session(path, write_patience);
    Store users(session.database(), *find_table("users"));
    const std::vector<Row> before = users.group(row[0]);
    if (before.empty() && must_exist)
        refuse(row[0], "there is no such user");
    if (!before.empty() && !must_exist)
        refuse(row[0], "exists already (sponts user password changes it)");
    if (!before.empty())
        row.back() = before.front().back();
    users.put(row);
    session.commit();
}

} // namespace

void add_user(const std::string& path, std::string_view name, std::string_view password)
{
    store(path, make_row(name, password), false);
}

void change_password(const std::string& path, std::string_view name,
                     std::string_view password)
{
    store(path, make_row(name, password), true);
}

} // namespace db
