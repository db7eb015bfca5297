// SPDX-License-Identifier: Apache-2.0
#include "li/check.h"

#include "li/findings.h"
#include "li/life.h"

#include <algorithm>

namespace li {

namespace {

constexpr std::size_t longest_reference = 25;
constexpr std::size_t digest_digits = 64;

bool is_missing(const Fault& fault)
{
    return fault.english == missing_english;
}

void check_reference(Findings& found, const Measure& measure)
{
    if (measure.reference.empty())
        missing(found, "reference");
    else if (!is_reference(measure.reference))
        found.error("reference", "must be 1 to 25 of A-Z a-z 0-9 - _ .",
                    "muss aus 1 bis 25 Zeichen A-Z a-z 0-9 - _ . bestehen");
}

void check_authority(Findings& found, const Measure& measure, const Surroundings& around)
{
    if (measure.authority.empty())
        return missing(found, "authority");
    if (around.authority == nullptr)
        return found.error("authority", "is not registered: tkuev-ctl authority add",
                           "ist nicht eingetragen: tkuev-ctl authority add");
    if (measure.seal_to_authority && around.certificate_ends == 0)
        found.error("seal-content", "the authority has no certificate",
                    "für die berechtigte Stelle ist kein Zertifikat hinterlegt");
    if (around.certificate_ends == 0)
        return;
    if (around.certificate_ends <= around.now)
        found.error("authority",
                    "its certificate expired at " + official(around.certificate_ends),
                    "ihr Zertifikat ist abgelaufen seit " +
                        official_german(around.certificate_ends));
    else if (around.certificate_ends < ordered_end(measure))
        found.warning("authority",
                      "its certificate expires before the end, at " +
                          official(around.certificate_ends),
                      "ihr Zertifikat läuft vor dem Ende ab, am " +
                          official_german(around.certificate_ends));
}

std::string_view field_of(Kind kind)
{
    switch (kind) {
    case Kind::address:
        return "identity";
    case Kind::login:
        return "login";
    case Kind::mailbox:
        return "mailbox";
    }
    return "identity";
}

void check_identities(Findings& found, const Measure& measure, const Surroundings& around)
{
    if (measure.identities.empty())
        missing(found, "identity");
    for (const Identity& identity : measure.identities) {
        const auto at = identity.canonical.rfind('@');
        if (at == std::string::npos || !around.serves)
            continue;
        const std::string domain = identity.canonical.substr(at + 1);
        if (!around.serves(domain))
            found.error(field_of(identity.kind),
                        identity.entered + ": " + domain + " is no domain we serve",
                        identity.entered + ": " + domain + " ist keine unserer Domains");
    }
}

void check_period(Findings& found, const Order& order, const Surroundings& around)
{
    if (order.begin == 0)
        missing(found, "begin");
    if (order.end == 0)
        missing(found, "end");
    const bool both = order.begin != 0 && order.end != 0;
    if (both && order.end <= order.begin)
        found.error("end", "is not after the begin", "liegt nicht nach dem Beginn");
    else if (both && order.end > add_months(order.begin, longest_period))
        found.error("end",
                    "is more than three months after the begin: until " +
                        official(add_months(order.begin, longest_period)) + " at most",
                    "liegt mehr als drei Monate nach dem Beginn: höchstens bis " +
                        official_german(add_months(order.begin, longest_period)));
    if (order.end != 0 && order.end <= around.now)
        found.error("end", "is over", "ist schon vorbei");
    else if (order.begin != 0 && order.begin < around.now - day)
        found.warning("begin", "is more than a day ago: what was before is not captured",
                      "liegt über einen Tag zurück: Früheres wird nicht erfasst");
}

// The three months run from the order, whenever it begins to be carried out.
void check_dates(Findings& found, const Order& order, const Surroundings& around)
{
    if (order.ordered == 0)
        found.warning("ordered", "the date of the order is missing",
                      "das Datum der Anordnung fehlt");
    else if (order.ordered > around.now)
        found.error("ordered", "is in the future", "liegt in der Zukunft");
    else if (order.end > add_months(order.ordered, longest_period) + day)
        found.warning("end", "is more than three months after the date of the order",
                      "liegt mehr als drei Monate nach dem Datum der Anordnung");
    if (order.received > around.now)
        found.error("received", "is in the future", "liegt in der Zukunft");
    else if (order.received + day <= order.ordered) // which may be given as a day
        found.error("received", "is before the date of the order",
                    "liegt vor dem Datum der Anordnung");
    if (order.original_received > around.now)
        found.error("original-received", "is in the future", "liegt in der Zukunft");
    if (order.original_received != 0 && order.original_received < order.received)
        found.error("original-received", "is before the copy",
                    "liegt vor dem Eingang der Kopie");
}

void check_paper(Findings& found, const Order& order)
{
    if (order.basis == LegalBasis::none)
        missing(found, "legal-basis");
    if (order.court.empty())
        missing(found, "court");
    if (order.file_number.empty())
        missing(found, "file-number");
    const auto is_digit = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    if (order.scan_digest.empty())
        found.warning("order-digest", "there is no digest of the order's scan",
                      "der Hashwert der eingescannten Anordnung fehlt");
    else if (order.scan_digest.size() != digest_digits ||
             !std::ranges::all_of(order.scan_digest, is_digit))
        found.error("order-digest", "must be 64 hexadecimal digits",
                    "muss aus 64 Hexadezimalziffern bestehen");
}

// `anyway`: how far an order before it reaches.
void check_channel(Findings& found, const Order& order, Time anyway,
                   const Surroundings& around)
{
    if (order.channel == Channel::original || order.original_received != 0)
        return;
    const Time due = order.received + advance_copy;
    if (due <= around.now)
        found.error("channel", "the original has not come within a week",
                    "das Original ist nicht binnen einer Woche eingegangen");
    else if (due < order.end && anyway <= due)
        found.warning("channel",
                      "ends by itself at " + official(due) + " unless the original comes",
                      "endet von selbst am " + official_german(due) +
                          ", wenn das Original nicht eingeht");
    else if (due < order.end)
        found.warning("channel",
                      "ends by itself at " + official(anyway) +
                          " unless the original comes until " + official(due),
                      "endet von selbst am " + official_german(anyway) +
                          ", wenn das Original nicht bis " + official_german(due) +
                          " eingeht");
}

void check_order(Findings& found, const Order& order, const Surroundings& around)
{
    check_paper(found, order);
    check_period(found, order, around);
    check_dates(found, order, around);
    check_channel(found, order, 0, around);
}

bool belongs_to(const Identity& identity, const TestAccount& account)
{
    return std::ranges::any_of(account.identities, [&](const Identity& its) {
        return its.canonical == identity.canonical;
    });
}

void check_test(Findings& found, const Measure& measure, const Surroundings& around)
{
    if (!measure.test && !measure.test_account.empty())
        return found.error("test", "a test account is named: test = yes is missing",
                           "ein Probekonto ist genannt: test = ja fehlt");
    if (!measure.test)
        return;
    const TestAccount* account = nullptr;
    for (const TestAccount& one : around.test_accounts)
        if (one.name == measure.test_account)
            account = &one;
    if (account == nullptr)
        return found.error("test-account", "is not registered: tkuev-ctl test-account add",
                           "ist nicht eingetragen: tkuev-ctl test-account add");
    for (const Identity& identity : measure.identities)
        if (!belongs_to(identity, *account))
            found.error(field_of(identity.kind),
                        identity.entered + " does not belong to the test account",
                        identity.entered + " gehört nicht zum Probekonto");
}

bool share_identity(const Measure& a, const Measure& b)
{
    return std::ranges::any_of(a.identities, [&](const Identity& one) {
        return std::ranges::any_of(b.identities, [&](const Identity& other) {
            return one.canonical == other.canonical;
        });
    });
}

void check_others(Findings& found, const Measure& measure, const Surroundings& around)
{
    for (const Measure& other : around.others) {
        if (other.handle == measure.handle || other.authority != measure.authority)
            continue;
        if (other.reference == measure.reference && holds_reference(other))
            found.error("reference", "this authority has given it before",
                        "hat diese Stelle schon einmal vergeben");
        else if (next_change(other, around.now) && share_identity(measure, other))
            found.warning(
                "identity",
                "a measure of this authority for it is there already: " + other.reference,
                "dafür besteht schon eine Maßnahme dieser Stelle: " + other.reference);
    }
}

} // namespace

bool is_reference(std::string_view text)
{
    const auto allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    };
    return !text.empty() && text.size() <= longest_reference &&
           std::ranges::all_of(text, allowed);
}

bool has_errors(std::span<const Fault> faults)
{
    return std::ranges::any_of(faults, [](const Fault& it) { return !it.warning; });
}

std::vector<Fault> check(const Measure& measure, const Surroundings& around)
{
    Findings found;
    check_reference(found, measure);
    check_authority(found, measure, around);
    check_identities(found, measure, around);
    if (!measure.orders.empty())
        check_order(found, measure.orders.front(), around);
    check_delivery(found, measure, around);
    check_test(found, measure, around);
    check_others(found, measure, around);
    return found.take();
}

std::vector<Fault> together(std::vector<Fault> read, std::vector<Fault> found)
{
    const auto repeats = [](const Fault& later, const Fault& first) {
        const Field* field = find_field(first.field);
        // Another identity may have been read.
        const bool another = field != nullptr && field->repeatable && !is_missing(later);
        const bool elsewhere = !first.section.empty() && !later.section.empty() &&
                               first.section != later.section;
        return first.unread && field != nullptr && field->name == later.field && !another &&
               !elsewhere;
    };
    std::erase_if(found, [&](const Fault& later) {
        return std::ranges::any_of(
            read, [&](const Fault& first) { return repeats(later, first); });
    });
    read.insert(read.end(), found.begin(), found.end());
    return read;
}

std::vector<Fault> check_test_account(std::span<const Entry> entries, const Draft& draft,
                                      const Surroundings& around)
{
    Findings found;
    check_identities(found, draft.measure, around);
    std::vector<Fault> foreign;
    for (const Entry& entry : entries) {
        const Field* field = find_field(entry.key);
        if (field != nullptr && !field->repeatable)
            foreign.push_back({entry.key, "does not belong to a test account",
                               "gehört zu keinem Probekonto", false, entry.line});
    }
    std::vector<Fault> read = draft.faults;
    read.insert(read.end(), foreign.begin(), foreign.end());
    return together(std::move(read), found.take());
}

std::vector<Fault> check(const Draft& draft, const Surroundings& around)
{
    Surroundings known = around;
    known.knows_profile = std::ranges::none_of(draft.faults, [](const Fault& fault) {
        const Field* field = find_field(fault.field);
        return fault.unread && field != nullptr && field->name == "profile";
    });
    return together(draft.faults, check(draft.measure, known));
}

std::vector<Fault> check_extension(const Order& order, Time end, const Surroundings& around)
{
    Findings found;
    Order whole = order;
    whole.begin = end;
    check_paper(found, whole);
    if (whole.end == 0)
        missing(found, "end");
    else if (whole.end <= end)
        found.error("end", "is not after the end of before, " + official(end),
                    "liegt nicht nach dem bisherigen Ende " + official_german(end));
    else if (whole.end > add_months(end, longest_period))
        found.error("end",
                    "is more than three months later: until " +
                        official(add_months(end, longest_period)) + " at most",
                    "liegt mehr als drei Monate später: höchstens bis " +
                        official_german(add_months(end, longest_period)));
    check_dates(found, whole, around);
    check_channel(found, whole, end, around);
    return found.take();
}

} // namespace li
