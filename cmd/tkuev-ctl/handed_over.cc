// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl gaps, receipts: what the ledger of a measure says of its hand-over.
#include "base/failure.h"
#include "handover/desk.h"
#include "handover/ledger.h"
#include "li/words.h"
#include "office.h"
#include "text/json.h"

#include <algorithm>
#include <iostream>
#include <span>

namespace tkuev {

namespace {

using Acts = std::span<const std::string_view>;

void print_text(const handover::LedgerEntry& entry)
{
    std::cout << li::official(entry.time) << "  " << entry.act;
    for (const auto& [name, value] : entry.fields)
        std::cout << "  " << name << '=' << value;
    std::cout << '\n';
}

void print_json(const std::vector<handover::LedgerEntry>& entries)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_array();
    for (const handover::LedgerEntry& entry : entries) {
        json.begin_object().member("number", entry.number);
        json.member("time", li::official(entry.time)).member("act", entry.act);
        for (const auto& [name, value] : entry.fields)
            if (name != "number")
                json.member(name, value);
        json.end_object();
    }
    json.end_array();
    std::cout << out << '\n';
}

// Those lines of the ledger; a damaged one is refused.
std::vector<handover::LedgerEntry> lines_of(const conf::Tkuev& settings,
                                            const li::Handle& measure, Acts acts)
{
    const handover::Places places = handover::places_of(settings);
    const seal::Vault vault(places.vault_key);
    db::Handover store(places.store, vault);
    handover::write_ledgers(store, places.ledgers);
    const db::LedgerHead head = db::HandoverWork(store).ledger(measure);
    auto report = handover::verify_ledger(places.ledgers, head);
    if (!report)
        throw base::Failure(base::Remedy::fix_data,
                            "the ledger is damaged: " + report.error());
    std::erase_if(report->entries, [&](const handover::LedgerEntry& entry) {
        return std::ranges::find(acts, entry.act) == acts.end();
    });
    return std::move(report->entries);
}

int print_lines(const Call& call, const std::string& act, Acts acts)
{
    Office office(call);
    const db::StoredMeasure stored = office.find(call.operands.at(0));
    return office.perform(
        entry_of(act, stored.measure), [&](const std::string&) -> li::Done {
            const auto entries = lines_of(office.settings(), stored.measure.handle, acts);
            if (call.has("json"))
                print_json(entries);
            else
                std::ranges::for_each(entries, print_text);
            return {};
        });
}

} // namespace

int gaps(const Call& call)
{
    static constexpr std::string_view acts[] = {"gap", "outside"};
    return print_lines(call, "handover-gaps", acts);
}

int receipts(const Call& call)
{
    static constexpr std::string_view acts[] = {"receipt", "attempt", "notice",
                                                "notice-failed"};
    return print_lines(call, "handover-receipts", acts);
}

} // namespace tkuev
