// SPDX-License-Identifier: Apache-2.0
// audit/inspect.cc - see the header.
#include "audit/inspect.h"

#include "audit/escape.h"

#include <algorithm>

namespace audit {

namespace {

std::string name_and_number(const char* file, std::uint64_t number)
{
    return std::string(file) + ": entry " + std::to_string(number);
}

// One record was safely written, and then the anchor was not: what a crash leaves.
bool is_one_ahead(const Chain& chain, const Head& anchored)
{
    return chain.records.size() == anchored.number + 1 && chain.torn.empty() &&
           chain.head_at(anchored.number) == anchored;
}

void compare_with_anchor(Inspection& out, const char* file, const Chain& chain,
                         const Head& anchored)
{
    if (chain.head() == anchored) {
        if (!chain.torn.empty())
            out.incidents.push_back(std::string(file) +
                                    ": ends with a record that was not finished");
        return;
    }
    if (is_one_ahead(chain, anchored))
        out.incidents.push_back(name_and_number(file, chain.head().number) +
                                " is not in the anchor yet: stopped in between");
    else if (chain.records.size() < anchored.number)
        out.damage.push_back(name_and_number(file, chain.records.size()) +
                             " is the last one, but the anchor knows " +
                             std::to_string(anchored.number) + ": cut or replaced");
    else
        out.damage.push_back(std::string(file) +
                             ": does not fit the anchor: replaced, or anchor rolled back");
}

// What lawful deletions have allowed so far.
Reach reach_of(const Chain& log)
{
    Reach all;
    for (const Record& record : log.records) {
        const auto reach = record.get("act") == "log-purge"
                               ? parse_reach(record.get("detail"))
                               : std::nullopt;
        if (!reach)
            continue;
        all.log = std::max(all.log, reach->log);
        all.grants = std::max(all.grants, reach->grants);
    }
    return all;
}

void look_for_deletions(Inspection& out, const char* file, const Chain& chain,
                        std::uint64_t allowed)
{
    for (const Record& record : chain.records)
        if (record.partly_deleted() || (record.deleted() && record.number > allowed))
            out.damage.push_back(name_and_number(file, record.number) +
                                 " was deleted without a record of it");
}

void look_at_times(Inspection& out, const char* file, const Chain& chain)
{
    std::int64_t before = 0;
    for (const Record& record : chain.records) {
        const std::int64_t time = time_of(record);
        if (time == 0)
            continue;
        if (time < before)
            out.incidents.push_back(name_and_number(file, record.number) +
                                    " is older than the one before: clock set back");
        before = time;
    }
}

void look_for_recoveries(Inspection& out)
{
    for (const Record& record : out.log.records)
        if (record.get("act") == "log-recovered")
            out.incidents.push_back(name_and_number("log", record.number) + ": " +
                                    record.get("detail"));
}

void look_for_certificates(Inspection& out)
{
    for (const Record& record : out.grants.records) {
        if (record.get("act") != "certificate")
            continue;
        if (!out.certificate.empty())
            out.incidents.push_back(
                name_and_number("grants", record.number) +
                ": from here on persons are sealed to the certificate " +
                record.get("fingerprint"));
        out.certificate = record.get("fingerprint");
    }
}

void add_damage(Inspection& out, const char* file, const Chain& chain)
{
    if (!chain.damage.empty())
        out.damage.push_back(std::string(file) + ": " + chain.damage);
}

} // namespace

bool Inspection::unfinished() const
{
    return !log.torn.empty() || !grants.torn.empty() ||
           (anchor && *anchor != Heads{log.head(), grants.head()});
}

Inspection inspect(const Files& files)
{
    Inspection out;
    out.log = parse_chain(files.log, "log");
    out.grants = parse_chain(files.grants, "grants");
    add_damage(out, "log", out.log);
    add_damage(out, "grants", out.grants);
    if (const auto heads = parse_anchor(files.anchor))
        out.anchor = *heads;
    else
        out.damage.push_back("anchor: " + heads.error());
    if (out.anchor && out.log.damage.empty())
        compare_with_anchor(out, "log", out.log, out.anchor->log);
    if (out.anchor && out.grants.damage.empty())
        compare_with_anchor(out, "grants", out.grants, out.anchor->grants);
    const Reach allowed = reach_of(out.log);
    look_for_deletions(out, "log", out.log, allowed.log);
    look_for_deletions(out, "grants", out.grants, allowed.grants);
    look_at_times(out, "log", out.log);
    look_at_times(out, "grants", out.grants);
    look_for_recoveries(out);
    look_for_certificates(out);
    return out;
}

void compare_with(Inspection& inspection, const Head& earlier)
{
    const Chain& log = inspection.log;
    if (earlier.number > log.records.size())
        inspection.damage.push_back(name_and_number("log", earlier.number) +
                                    " is gone: cut, or replaced by an older state");
    else if (!log.has(earlier))
        inspection.damage.push_back(name_and_number("log", earlier.number) +
                                    " is not the one of then: replaced");
}

void compare_with_certificate(Inspection& inspection, const std::string& fingerprint)
{
    if (!inspection.certificate.empty() && inspection.certificate != fingerprint)
        inspection.damage.push_back("reviewer.crt: is not the certificate " +
                                    inspection.certificate +
                                    ", to which persons are sealed: replaced");
}

std::string to_text(const Reach& reach)
{
    return "log " + std::to_string(reach.log) + " grants " + std::to_string(reach.grants);
}

std::optional<Reach> parse_reach(std::string_view detail)
{
    const std::string_view log_word = take_until(detail, ' ');
    const auto log = number_of(take_until(detail, ' '));
    const std::string_view grants_word = take_until(detail, ' ');
    const auto grants = number_of(detail);
    if (log_word != "log" || grants_word != "grants" || !log || !grants)
        return {};
    return Reach{*log, *grants};
}

std::int64_t time_of(const Record& record)
{
    std::string_view time = record.get("time");
    (void)take_until(time, ' ');
    return static_cast<std::int64_t>(number_of(time).value_or(0));
}

} // namespace audit
