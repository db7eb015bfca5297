// SPDX-License-Identifier: Apache-2.0
// li/order_test.h - an order as a German form has it, for the tests of reading and
// checking.
#pragma once

#include "li/check.h"

#include <doctest/doctest.h>
#include <set>

namespace li::order_test {

using li::Time;

inline Time at(std::string_view text)
{
    const auto time = li::parse_time(text);
    REQUIRE_MESSAGE(time.has_value(), std::string(text));
    return *time;
}

using Entries = std::vector<li::Entry>;

inline li::Entry entry(const char* key, const char* value, const char* section = "")
{
    return {.section = section, .key = key, .value = value, .line = 0};
}

inline const char* const digest =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// As a German form has it.
inline Entries form()
{
    return {
        entry("Kennung", "Anna@M\xc3\xbcller.example"),
        entry("Mailbox", "anna"),
        entry("Referenz-Id", "LKA-2026_17.a"),
        entry("Beginn", "22.11.2026 14:00"),
        entry("Ende", "22.02.2027 14:00"),
        entry("Ziel-IP", "192.0.2.9"),
        entry("Ziel-Port", "21"),
        entry("Username", "sponts"),
        entry("Passwort", "p; ;w"),
        entry("Zielverzeichnis", "/in/sponts"),
        entry("Berechtigte Stelle", "lka"),
        entry("Rechtsgrundlage", "\xc2\xa7 100a StPO"),
        entry("Gericht", "AG M\xc3\xbcnchen"),
        entry("Aktenzeichen", "1 Gs 17/26"),
        entry("Anordnung vom", "22.11.2026"),
        entry("Anordnung-SHA256", digest),
        entry("Profil", "etsi-ftp-file"),
    };
}

inline const Time now = *li::parse_time("2026-11-22 13:00");

inline li::Draft read(const Entries& entries)
{
    return li::read_order(entries, li::Rules{}, now);
}

inline li::Authority lka()
{
    li::Authority authority;
    authority.name = "lka";
    return authority;
}

inline li::Surroundings around_it(const li::Measure& measure)
{
    static const li::Authority authority = lka();
    li::Surroundings around;
    around.now = now;
    around.serves = [](std::string_view domain) {
        return domain == "xn--mller-kva.example" || domain == "example.org";
    };
    around.authority = measure.authority == "lka" ? &authority : nullptr;
    return around;
}

inline std::vector<li::Fault> faults_of(const li::Measure& measure,
                                        std::span<const li::Measure> others = {},
                                        Time certificate_ends = 0)
{
    li::Surroundings around = around_it(measure);
    around.certificate_ends = certificate_ends;
    around.others = others;
    return li::check(measure, around);
}

// As the officer gets them: of how it was read, and of what it says.
inline std::vector<li::Fault> found(const Entries& entries)
{
    const li::Draft draft = read(entries);
    return li::check(draft, around_it(draft.measure));
}

// "field!" for errors, "field?" for warnings.
inline std::multiset<std::string> marks(const std::vector<li::Fault>& faults)
{
    std::multiset<std::string> out;
    for (const li::Fault& fault : faults)
        out.insert(fault.field + (fault.warning ? "?" : "!"));
    return out;
}

using Marks = std::multiset<std::string>;

} // namespace li::order_test
