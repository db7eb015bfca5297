// SPDX-License-Identifier: Apache-2.0
#include "db/table.h"

#include "db/route_rows.h"

#include <algorithm>

namespace db {

namespace {

using enum Kind;

// name, check, default, key, needed, kind, default by row
constexpr Column tenant_columns[] = {
    {"name", check_user, "", true, true},
    {"comment", check_comment, ""},
};

constexpr Column domain_columns[] = {
    {"name", check_domain, "", true, true},
    {"verify", check_verify, "any"},
    {"tenant", check_tenant, "", false, false, reference},
    {"hold", check_flag, "0", false, false, number},
    {"etrn", check_flag, "0", false, false, number},
};

constexpr Column route_columns[] = {
    {"pattern", check_pattern, "", true, true},
    {"priority", check_priority, "0", false, false, number},
    {"host", check_host, "", true, true},
    {"port", check_port, "", true, false, number, default_port},
    {"protocol", check_protocol, "smtp"},
    {"tls", check_tls, "", false, false, text, default_tls},
    {"tls_name", check_tls_name, ""},
    {"fingerprint", check_fingerprint, ""},
    {"ca_file", check_file, ""},
    {"username", check_username, ""},
    {"password_file", check_file, ""},
    {"client_info", check_client_info, "none"},
    {"hold_5xx", check_flag, "0", false, false, number},
};

constexpr Column address_columns[] = {
    {"address", check_address, "", true, true},
    {"kind", check_kind, "mailbox", true},
    {"target", check_target, "", true},
};

constexpr Column user_columns[] = {
    {"name", check_user, "", true, true},
    {"password_hash", check_password_hash, ""},
    {"scram", check_scram, ""},
    {"enabled", check_flag, "1", false, false, number},
};

constexpr Column system_user_columns[] = {
    {"name", check_system_user, "", true, true},
    {"address", check_address, "", true, true},
};

std::string any_row(const Row& /*row*/)
{
    return {};
}

std::string any_group(std::span<const Row* const> /*rows*/)
{
    return {};
}

std::string_view one_part(const Row& /*row*/)
{
    return {};
}

std::string check_address_row(const Row& row)
{
    const bool mailbox = row[1] == "mailbox";
    if (mailbox && !row[2].empty())
        return "a mailbox has no target (rewrite, copy and forward have)";
    if (!mailbox && row[2].empty())
        return row[1] + " needs a target";
    if (row[0] == row[2])
        return row[0] + " leads to itself";
    return {};
}

// A mailbox may have copies; a rewritten address is one other; a forward has no mailbox.
std::string check_address_group(std::span<const Row* const> rows)
{
    const auto count = [rows](std::string_view kind) {
        return std::ranges::count_if(rows,
                                     [kind](const Row* row) { return (*row)[1] == kind; });
    };
    const auto all = static_cast<std::ptrdiff_t>(rows.size());
    if (count("rewrite") > 0 && all > 1)
        return "a rewritten address has one row and nothing else";
    if (count("forward") > 0 && count("forward") != all)
        return "forward does not go with mailbox or copy (a copy keeps the mailbox)";
    return {};
}

constexpr Table tables[] = {
    {"domains", domain_columns, any_row, any_group, one_part},
    {"routes", route_columns, check_route, any_group, route_part},
    {"addresses", address_columns, check_address_row, check_address_group, one_part},
    {"users", user_columns, any_row, any_group, one_part},
    {"tenants", tenant_columns, any_row, any_group, one_part},
    {"system_users", system_user_columns, any_row, any_group, one_part},
};

} // namespace

std::size_t Table::column(std::string_view column_name) const
{
    const auto found = std::ranges::find(columns, column_name, &Column::name);
    return found == columns.end() ? no_column
                                  : static_cast<std::size_t>(found - columns.begin());
}

std::string Table::key(const Row& row) const
{
    std::string joined;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].key) {
            joined += row[i];
            joined += '\0'; // stands in no value
        }
    return joined;
}

void Table::complete(Row& row, bool keys_only) const
{
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (row[i].empty() && columns[i].otherwise_for != nullptr &&
            (columns[i].key || !keys_only))
            row[i] = columns[i].otherwise_for(row);
}

const Table* find_table(std::string_view name)
{
    const auto* found = std::ranges::find(tables, name, &Table::name);
    return found == std::end(tables) ? nullptr : found;
}

std::span<const Table> all_tables()
{
    return tables;
}

} // namespace db
