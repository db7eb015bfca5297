// SPDX-License-Identifier: Apache-2.0
#include "db/journal_names.h"

#include "db/names.h"

namespace db {

namespace {

// Of each kind; then we begin again.
constexpr std::size_t most_remembered = 200'000;

// What is remembered, or what `find` finds, or what `make` makes.
template <class Map, class Find, class Make>
typename Map::mapped_type& remembered(Map& map, const std::string& key, Find find,
                                      Make make)
{
    if (const auto known = map.find(key); known != map.end())
        return known->second;
    if (map.size() >= most_remembered)
        map.clear();
    auto found = find();
    return map.emplace(key, found ? *found : make()).first->second;
}

std::optional<std::int64_t> first_number(Statement& statement)
{
    if (!statement.step())
        return std::nullopt;
    return statement.number(0);
}

} // namespace

std::int64_t JournalNames::domain(const std::string& name)
{
    return remembered(
        domains_, name,
        [&] {
            Statement look = database_.lend("SELECT id FROM domains WHERE name = ?1");
            return first_number(look.bind(1, name));
        },
        [&] {
            database_.lend("INSERT INTO domains (name) VALUES (?1)").bind(1, name).run();
            return database_.last_row();
        });
}

std::optional<FiledAddress> JournalNames::find_address(const std::string& address) const
{
    Statement look = database_.lend("SELECT id, domain FROM addresses WHERE address = ?1");
    look.bind(1, address);
    if (!look.step())
        return std::nullopt;
    return FiledAddress{look.number(0), look.number(1)};
}

std::optional<FiledAddress> JournalNames::known_address(const std::string& address)
{
    if (const auto known = addresses_.find(address); known != addresses_.end())
        return known->second;
    return find_address(address);
}

std::optional<FiledAddress> JournalNames::address(const std::string& address)
{
    if (address.empty())
        return std::nullopt;
    return remembered(
        addresses_, address, [&] { return find_address(address); },
        [&] {
            const std::int64_t of = domain(std::string(halves(address).domain));
            database_.lend("INSERT INTO addresses (address, domain) VALUES (?1, ?2)")
                .bind(1, address)
                .bind(2, of)
                .run();
            return FiledAddress{database_.last_row(), of};
        });
}

std::optional<std::int64_t> JournalNames::client(const std::string& address,
                                                 const std::string& name)
{
    if (address.empty())
        return std::nullopt;
    return remembered(
        clients_, address + ' ' + name,
        [&] {
            Statement look =
                database_.lend("SELECT id FROM clients WHERE address = ?1 AND name = ?2");
            return first_number(look.bind(1, address).bind(2, name));
        },
        [&] {
            database_.lend("INSERT INTO clients (address, name) VALUES (?1, ?2)")
                .bind(1, address)
                .bind(2, name)
                .run();
            return database_.last_row();
        });
}

std::optional<std::int64_t> JournalNames::account(const std::string& name)
{
    if (name.empty())
        return std::nullopt;
    return remembered(
        accounts_, name,
        [&] {
            Statement look = database_.lend("SELECT id FROM accounts WHERE name = ?1");
            return first_number(look.bind(1, name));
        },
        [&] {
            database_.lend("INSERT INTO accounts (name) VALUES (?1)").bind(1, name).run();
            return database_.last_row();
        });
}

std::optional<std::int64_t> JournalNames::label(const std::string& text, std::int64_t day)
{
    if (text.empty())
        return std::nullopt;
    Label& label = remembered(
        labels_, text,
        [&]() -> std::optional<Label> {
            Statement look = database_.lend("SELECT id, seen FROM labels WHERE text = ?1");
            look.bind(1, text);
            if (!look.step())
                return std::nullopt;
            return Label{look.number(0), look.number(1)};
        },
        [&] {
            database_.lend("INSERT INTO labels (text, seen) VALUES (?1, ?2)")
                .bind(1, text)
                .bind(2, day)
                .run();
            return Label{database_.last_row(), day};
        });
    if (label.seen < day) {
        database_.lend("UPDATE labels SET seen = ?2 WHERE id = ?1")
            .bind(1, label.id)
            .bind(2, day)
            .run();
        label.seen = day;
    }
    return label.id;
}

void JournalNames::forget()
{
    addresses_.clear();
    domains_.clear();
    clients_.clear();
    accounts_.clear();
    labels_.clear();
}

} // namespace db
