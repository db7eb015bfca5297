// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl gaps, receipts: what the ledger of a measure says of its hand-over.
#include "handed_over.h"

#include "handover/desk.h"
#include "li/official_time.h"
#include "print.h"
#include "text/json.h"
#include "text/words.h"

#include <algorithm>
#include <iostream>

namespace tkuev {

namespace {

// As the ledger has it, but times as people read them.
std::string shown(std::string_view name, const std::string& value)
{
    const auto time = name == "captured" ? text::number_in<li::Time>(value) : std::nullopt;
    return time ? li::official(*time) : value;
}

void print_text(const handover::LedgerEntry& entry)
{
    std::cout << li::official(entry.time) << "  " << entry.act;
    for (const auto& [name, value] : entry.fields)
        std::cout << "  " << name << '=' << shown(name, value);
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
                json.member(name, shown(name, value));
        json.end_object();
    }
    json.end_array();
    std::cout << out << '\n';
}

int print_lines(const Call& call, const std::string& act, Acts acts)
{
    Office office(call);
    const db::StoredMeasure stored = office.find(call.operands.at(0));
    return office.perform(
        entry_of(act, stored.measure), [&](const std::string&) -> li::Done {
            write_ledgers(office);
            const auto entries = ledger_lines(office, stored.measure, acts);
            if (!entries)
                return std::unexpected(entries.error());
            if (call.has("json"))
                print_json(*entries);
            else
                std::ranges::for_each(*entries, print_text);
            return {};
        });
}

} // namespace

void write_ledgers(Office& office)
{
    handover::write_ledgers(office.handover(),
                            handover::places_of(office.settings()).ledgers);
}

std::expected<std::vector<handover::LedgerEntry>, std::string>
ledger_lines(Office& office, const li::Measure& measure, Acts acts)
{
    const db::LedgerHead head = db::HandoverWork(office.handover()).ledger(measure.handle);
    if (head.number == 0) // nothing was noted, and there is no file
        return std::vector<handover::LedgerEntry>();
    auto report =
        handover::verify_ledger(handover::places_of(office.settings()).ledgers, head);
    if (!report)
        return std::unexpected("the ledger of " + short_name(measure) +
                               " is damaged: " + report.error());
    std::erase_if(report->entries, [&](const handover::LedgerEntry& entry) {
        return std::ranges::find(acts, entry.act) == acts.end();
    });
    return std::move(report->entries);
}

int gaps(const Call& call)
{
    static constexpr std::string_view acts[] = {"gap", "outside", "unpublished",
                                                "republished"};
    return print_lines(call, "handover-gaps", acts);
}

int receipts(const Call& call)
{
    static constexpr std::string_view acts[] = {
        "stored",  "image",  "image-delivered", "image-copied", "receipt",
        "attempt", "notice", "notice-failed",   "deletion"};
    return print_lines(call, "handover-receipts", acts);
}

} // namespace tkuev
