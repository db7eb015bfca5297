// SPDX-License-Identifier: Apache-2.0
// audit/measure_entry.cc - see the header.
#include "audit/measure_entry.h"

#include "audit/refusal.h"
#include "li/life.h"
#include "li/words.h"

namespace audit {

namespace {

constexpr std::string_view measure_word = "measure=";
constexpr std::string_view authority_word = " authority=";

} // namespace

std::string destination_text(const li::Destination& where)
{
    if (where.method == li::Method::cd)
        return "cd";
    std::string text(li::name(where.method));
    text += "://" + li::to_text(where.peer);
    if (!where.directory.empty())
        text += (where.directory.starts_with('/') ? "" : "/") + where.directory;
    for (const li::Peer& peer : where.standby)
        text += ' ' + li::to_text(peer);
    return text;
}

Entry entry_of(const std::string& act, const li::Measure& measure)
{
    std::string destination;
    if (measure.life.forgotten == 0)
        destination = destination_text(measure.iri);
    if (measure.cc)
        destination += ", " + destination_text(*measure.cc);
    Entry entry = entry_of(act, measure, destination);
    if (!measure.authority.empty())
        entry.detail.append(authority_word).append(measure.authority);
    return entry;
}

Entry entry_of(const std::string& act, const li::Measure& measure,
               const std::string& destination)
{
    Entry entry;
    entry.act = act;
    entry.reference = measure.reference;
    for (const li::Identity& identity : measure.identities)
        entry.identity += (entry.identity.empty() ? "" : ", ") + identity.entered;
    entry.begin = li::official(li::begin_of(measure));
    entry.end = li::official(li::ordered_end(measure));
    entry.destination = destination;
    entry.detail = measure_word;
    entry.detail += li::hex(measure.handle);
    entry.test = measure.test;
    return entry;
}

std::string measure_in(std::string_view detail)
{
    detail = said_without_role(detail).value_or(detail);
    return std::string(detail.starts_with(measure_word) ? detail.substr(0, detail.find(' '))
                                                        : "");
}

// A name may have blanks.
std::string authority_in(std::string_view detail)
{
    const auto begin = detail.find(authority_word);
    if (measure_in(detail).empty() || begin == std::string_view::npos)
        return "";
    detail.remove_prefix(begin + authority_word.size());
    return std::string(detail.substr(0, detail.rfind(" entry=")));
}

} // namespace audit
