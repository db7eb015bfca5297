// SPDX-License-Identifier: Apache-2.0
// tkuev-audit verify - is the log what was written?
#include "base/failure.h"
#include "desk.h"
#include "text/json.h"

#include <algorithm>
#include <iostream>

namespace tkuev_audit {

namespace {

std::size_t changes_of_grants(const audit::Inspection& all)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(all.grants.records, [](const audit::Record& record) {
            return record.get("act") != "certificate";
        }));
}

void write_list(text::JsonWriter& json, const char* name,
                const std::vector<std::string>& lines)
{
    json.key(name).begin_array();
    for (const std::string& line : lines)
        json.value(line);
    json.end_array();
}

void print_json(const audit::Inspection& all)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("sound", all.damage.empty())
        .member("entries", all.log.records.size())
        .member("grants", changes_of_grants(all))
        .member("certificate", all.certificate)
        .member("head", audit::to_text(all.log.head()));
    write_list(json, "damage", all.damage);
    write_list(json, "incidents", all.incidents);
    json.end_object();
    std::cout << out << '\n';
}

void print(const audit::Inspection& all)
{
    for (const std::string& line : all.damage)
        std::cout << "damage: " << line << '\n';
    for (const std::string& line : all.incidents)
        std::cout << "incident: " << line << '\n';
    std::cout << (all.damage.empty() ? "sound" : "NOT SOUND") << ": "
              << all.log.records.size() << " entries, " << changes_of_grants(all)
              << " changes of grants\nhead " << audit::to_text(all.log.head()) << '\n';
    if (!all.certificate.empty())
        std::cout << "certificate " << all.certificate << '\n';
}

} // namespace

int verify(const Call& call)
{
    const conf::Settings settings = conf::read_trusted_settings(call.config);
    const audit::Places places = places_of(settings);
    become_owner(places.directory);
    audit::Inspection all;
    {
        const audit::Locked locked(places);
        all = audit::inspect_all(places);
    }
    for (const std::string& text : call.heads) {
        const auto head = audit::parse_head(text);
        if (!head)
            throw base::Failure(base::Remedy::fix_arguments, text + ": not a head");
        audit::compare_with(all, *head);
    }
    call.json ? print_json(all) : print(all);
    return all.damage.empty() ? exit_done : exit_damaged;
}

} // namespace tkuev_audit
