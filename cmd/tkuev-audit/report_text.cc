// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/report_text.cc - see the header.
#include "report_text.h"

#include "print.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tkuev_audit {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> german = {{
    {"drawn", "durch das Los"},
    {"test", "Probebetrieb (§ 23 TKÜV)"},
    {"refused", "verweigert"},
    {"failed", "fehlgeschlagen"},
    {"no outcome", "ohne vermerktes Ergebnis"},
    {"ends right after begin", "Ende unmittelbar nach Beginn"},
    {"export", "Ausgabe auf Datenträger oder in Dateien"},
    {"two roles", "mehrere Rollen für eine Person"},
    {"outside of business hours", "außerhalb der Geschäftszeit"},
}};

std::string_view in_german(std::string_view reason)
{
    for (const auto& [english, word] : german)
        if (english == reason)
            return word;
    return "Eintrag über das Protokoll selbst";
}

std::string_view outcome_in_german(std::string_view outcome)
{
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> words = {{
        {"intended", "beabsichtigt"},
        {"done", "ausgeführt"},
        {"refused", "verweigert"},
        {"failed", "fehlgeschlagen"},
    }};
    for (const auto& [english, word] : words)
        if (english == outcome)
            return word;
    return outcome;
}

std::string head_of(const Report& report, Recipient recipient)
{
    return fmt::format("Ergebnis der Prüfung nach § 17 TKÜV\n"
                       "===================================\n\n"
                       "{}\n"
                       "Verpflichteter:  {}\n"
                       "Zeitraum:        {}. Quartal {}{}\n"
                       "Erstellt:        {}\n\n",
                       recipient == Recipient::regulator
                           ? "Kopie für die Bundesnetzagentur"
                           : "Ausfertigung für den Verpflichteten",
                       shown(report.operator_id), report.sample.quarter.back(),
                       report.sample.quarter.substr(0, 4),
                       report.over ? ""
                                   : fmt::format(" (nicht beendet; bis zum Eintrag Nr. {})",
                                                 report.log.log.head().number),
                       report.written);
}

std::string extent_of(const Report& report)
{
    const audit::Sample& sample = report.sample;
    return fmt::format("1. Umfang der Prüfung\n\n"
                       "Protokolleinträge im Zeitraum:                 {}\n"
                       "Angeordnete Maßnahmen im Zeitraum:             {}\n"
                       "davon durch das Los bestimmt und geprüft:      {}\n"
                       "Einträge aus dem Probebetrieb (alle geprüft):  {}\n"
                       "Auffällige Einträge (alle geprüft):            {}\n"
                       "Startwert der Auslosung:                       {}\n\n"
                       "Mit dem Startwert lässt sich die Auslosung wiederholen:\n"
                       "  tkuev-audit sample --quarter {} --seed {}\n\n",
                       sample.entries, sample.measures, sample.chosen.size(), sample.tests,
                       sample.suspicious, sample.seed, sample.quarter, sample.seed);
}

std::string state_of(const Report& report)
{
    std::string out = "2. Unversehrtheit des Protokolls\n\n";
    out += report.log.damage.empty() ? "Das Protokoll ist lückenlos und unverändert.\n"
                                     : "DAS PROTOKOLL IST NICHT UNVERSEHRT:\n";
    for (const std::string& line : report.log.damage)
        out += "  - " + line + '\n';
    if (!report.log.incidents.empty())
        out += "Vorfälle ohne Anzeichen einer Manipulation:\n";
    for (const std::string& line : report.log.incidents)
        out += "  - " + line + '\n';
    return out + fmt::format("Stand der Prüfkette:\n  {}\n\n",
                             audit::to_text(report.log.log.head()));
}

// Neither Kennung nor person nor address.
std::string items_of(const Report& report)
{
    std::string out = "3. Geprüfte Einträge\n\n";
    if (report.sample.items.empty())
        out += "Keine.\n";
    for (const audit::Sample::Item& item : report.sample.items) {
        const audit::Record& record = report.log.log.records.at(item.number - 1);
        out += fmt::format("Nr. {}  {}  {} ({})  Referenz {}\n", item.number,
                           time_text(record), shown(record.get("act")),
                           shown(outcome_in_german(record.get("outcome"))),
                           shown(record.get("reference")));
        for (const std::string& reason : item.reasons)
            out += fmt::format("    - {}\n", in_german(reason));
    }
    return out + '\n';
}

std::string findings_of(const Report& report)
{
    const std::string words =
        report.findings.empty() ? "(von den Prüfenden auszufüllen)\n" : report.findings;
    return "4. Feststellungen\n\n" + words + (words.ends_with('\n') ? "\n" : "\n\n") +
           "Ort, Datum, Unterschrift der Prüfenden:\n\n"
           "______________________________________\n";
}

} // namespace

std::string text_of(const Report& report, Recipient recipient)
{
    return head_of(report, recipient) + extent_of(report) + state_of(report) +
           items_of(report) + findings_of(report);
}

} // namespace tkuev_audit
