// SPDX-License-Identifier: Apache-2.0
#include "db/publications.h"

#include "db/schema.h"
#include "li/life.h"

#include <algorithm>
#include <set>

namespace db {

namespace {

constexpr base::milliseconds patience{1000};

// Content that only the authority may read is not kept at all while its certificate is
// missing; tkuev-ctl(8) does not let it be removed while a measure needs it.
void set_content(Publication& out, const li::Measure& measure,
                 const std::vector<li::Authority>& authorities)
{
    out.scope = measure.scope;
    if (!measure.seal_to_authority)
        return;
    const auto found =
        std::ranges::find(authorities, measure.authority, &li::Authority::name);
    if (found == authorities.end() || found->certificate.empty())
        out.scope = li::Scope::iri;
    else
        out.certificate = found->certificate;
}

Publication publication_of(const li::Measure& measure, Aliases& aliases,
                           const std::vector<li::Authority>& authorities)
{
    Publication out;
    out.handle = measure.handle;
    for (const li::Identity& identity : measure.identities)
        for (std::string& name : aliases.resolve(identity)) {
            Publication::Name one{identity.kind, std::move(name)};
            if (std::ranges::find(out.names, one) == out.names.end())
                out.names.push_back(std::move(one));
        }
    set_content(out, measure, authorities);
    out.begin = std::max(measure.life.activated, li::begin_of(measure));
    if (!measure.life.pauses.empty())
        out.begin = std::max(out.begin, measure.life.pauses.back().to);
    out.end = li::end_of(measure);
    out.all_recipients = measure.all_recipients;
    out.test = measure.test;
    return out;
}

} // namespace

Aliases::Aliases(const std::string& sponts_database, const li::Rules& rules)
    : database_(sponts_database, Access::read, patience), rules_(rules)
{
    require_version(database_);
}

void Aliases::load()
{
    const std::int64_t version = database_.number("PRAGMA data_version");
    if (version == seen_)
        return;
    names_.clear();
    // Of several rewrites the first counts, and a mailbox beside it nothing
    // (delivery/expansion.cc).  With copies and forwards it is a mailbox with copies, or a
    // list.
    Statement rows = database_.prepare(
        "SELECT address, min(nullif(target, '')) FROM addresses GROUP BY address"
        " HAVING min(kind) = 'forward' AND count(*) = 1"
        " OR max(kind) = 'rewrite' AND min(kind) NOT IN ('copy', 'forward')");
    while (rows.step()) {
        auto address = li::canonical_address(rows.text(0), rules_);
        auto target = li::canonical_address(rows.text(1), rules_);
        if (address && target && *address != *target)
            names_.emplace(*std::move(target), *std::move(address));
    }
    seen_ = version;
}

std::vector<std::string> Aliases::resolve(const li::Identity& identity)
{
    std::vector<std::string> found = {identity.canonical};
    load();
    if (identity.kind != li::Kind::address)
        return found;
    std::set<std::string> seen = {identity.canonical}; // rows may go round in circles
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto [first, last] = names_.equal_range(found[i]);
        for (auto row = first; row != last; ++row)
            if (seen.insert(row->second).second)
                found.push_back(row->second);
    }
    return found;
}

std::vector<Publication> publications(Measures& measures, Aliases& aliases, li::Time now)
{
    const std::vector<li::Authority> authorities = measures.authorities();
    std::vector<Publication> out;
    for (const StoredMeasure& stored : measures.all())
        if (li::may_cover(stored.measure, now))
            out.push_back(publication_of(stored.measure, aliases, authorities));
    return out;
}

std::vector<StoredMeasure> due(Measures& measures, li::Time now)
{
    std::vector<StoredMeasure> ended;
    for (StoredMeasure& stored : measures.all())
        if (li::settle(stored.measure, now))
            ended.push_back(std::move(stored));
    return ended;
}

std::optional<li::Time> next_change(Measures& measures, li::Time now)
{
    std::optional<li::Time> first;
    for (const StoredMeasure& stored : measures.all()) {
        const std::optional<li::Time> its = li::next_change(stored.measure, now);
        if (its && (!first || *its < *first))
            first = its;
    }
    return first;
}

} // namespace db
