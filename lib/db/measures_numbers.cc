// SPDX-License-Identifier: Apache-2.0
// Numbers of measures: given once, whatever dies in between.  A block is gone as soon as
// the transaction is on the disk; if we die before it is used, its numbers are never seen.
#include "db/measures.h"
#include "db/ticket.h"
#include "li/words.h"

#include <array>
#include <limits>

namespace db {

namespace {

constexpr base::milliseconds patience{10'000};
constexpr std::array<std::string_view, 3> series_names = {"cin", "iri", "cc"};
constexpr std::int64_t number_limit =
    static_cast<std::int64_t>(std::numeric_limits<std::uint32_t>::max()) + 1;

std::int64_t take_block(Statement& look, Statement& put, const Wanted& wanted)
{
    const std::string id = li::hex(wanted.measure);
    const std::string_view series = series_names[static_cast<std::size_t>(wanted.series)];
    const bool numbers_of_one = wanted.series != Series::cin;
    const std::int64_t cin = numbers_of_one ? wanted.cin : 0;
    look.bind(1, id).bind(2, series).bind(3, cin);
    const bool known = look.step();
    const std::int64_t first = known ? look.number(0) : numbers_of_one ? 0 : 1;
    look.reset();
    const std::int64_t next = first + wanted.count;
    if (next > number_limit)
        throw base::Failure(base::Remedy::fix_data,
                            "numbers: the measure has none left: " + id);
    put.bind(1, id).bind(2, series).bind(3, cin).bind(4, next).run();
    return first;
}

} // namespace

std::vector<std::uint32_t> Measures::reserve(std::span<const Wanted> wanted)
{
    const Ticket ticket(database_.path(), patience);
    Transaction transaction(database_);
    Statement look = database_.prepare("SELECT next FROM numbers"
                                       " WHERE measure = ?1 AND series = ?2 AND cin = ?3");
    Statement put = database_.prepare("INSERT INTO numbers (measure, series, cin, next)"
                                      " VALUES (?1, ?2, ?3, ?4)"
                                      " ON CONFLICT (measure, series, cin)"
                                      " DO UPDATE SET next = excluded.next");
    std::vector<std::uint32_t> firsts;
    for (const Wanted& one : wanted)
        firsts.push_back(static_cast<std::uint32_t>(take_block(look, put, one)));
    transaction.commit();
    return firsts;
}

} // namespace db
