// SPDX-License-Identifier: Apache-2.0
#include "db/admin.h"

#include "db/route_rows.h"
#include "db/store.h"
#include "db/words.h"

#include <fmt/format.h>

#include <cassert>

namespace db {

namespace {

[[noreturn]] void refuse(const Table& table, std::string_view what, std::string_view why)
{
    throw base::Failure(base::Remedy::fix_data,
                        fmt::format("write {}: {}: {}", table.name, what, why));
}

// Each value in stored form, or a Failure.
Row check(const Table& table, Row row)
{
    for (std::size_t i = 0; i < row.size(); ++i) {
        const Checked value = table.columns[i].check(row[i]);
        if (!value)
            refuse(table, table.columns[i].name, value.error());
        row[i] = *value;
    }
    if (const std::string why = table.check_row(row); !why.empty())
        refuse(table, row[0], why);
    return row;
}

std::string flag(bool value)
{
    return value ? "1" : "0";
}

} // namespace

struct Writer::State {
    Session session;

    void put(std::string_view name, Row row) const
    {
        const Table* table = find_table(name);
        assert(table != nullptr && table->columns.size() == row.size());
        Store(session.database(), *table).put(check(*table, std::move(row)));
    }
};

Writer::Writer(const std::string& path, base::milliseconds patience)
    : state_(new State{.session = Session(path, patience)})
{
}

Writer::~Writer() = default;

void Writer::put_tenant(std::string_view name, std::string_view comment)
{
    state_->put("tenants", {std::string(name), std::string(comment)});
}

void Writer::put(const Domain& domain)
{
    state_->put("domains", {domain.name, std::string(word(verify_words, domain.verify)),
                            domain.tenant, flag(domain.hold), flag(domain.etrn)});
}

void Writer::put(const RouteHost& host)
{
    state_->put(
        "routes",
        {host.pattern, std::to_string(host.priority), host.host, std::to_string(host.port),
         std::string(word(protocol_words, host.protocol)),
         std::string(word(tls_words, host.tls)), host.tls_name, host.fingerprint,
         host.ca_file, host.username, host.password_file,
         std::string(word(client_info_words, host.client_info)), flag(host.hold_5xx)});
}

void Writer::put(const AddressRow& row)
{
    state_->put("addresses",
                {row.address, std::string(word(kind_words, row.kind)), row.target});
}

void Writer::put(const User& user)
{
    state_->put("users", {user.name, user.password, user.scram, flag(user.enabled)});
}

void Writer::remove_route(std::string_view pattern, Service service)
{
    const Table& table = *find_table("routes");
    Store routes(state_->session.database(), table);
    for (const Row& row : routes.group(pattern))
        if (table.part(row) == part_of(service))
            routes.remove(row);
}

void Writer::commit()
{
    state_->session.commit();
}

} // namespace db
