// SPDX-License-Identifier: Apache-2.0
// conf/table_tkuev.cc - the keys of [tkuev].
#include "conf/table.h"

#include <algorithm>

namespace conf {

namespace {

constexpr std::size_t operator_id_limit = 16; // TS 102 232-1, OCTET STRING (SIZE (1..16))
constexpr std::size_t point_limit = 8;
constexpr std::size_t prefix_length = 4; // AB of the operator, XY of the node

bool is_printable(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_upper_or_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string wrong_operator(std::string_view text)
{
    return text.size() <= operator_id_limit && is_printable(text)
               ? ""
               : "1 to 16 printable characters without blanks";
}

std::string wrong_point(std::string_view text)
{
    return text.size() <= point_limit && is_printable(text)
               ? ""
               : "1 to 8 printable characters without blanks";
}

std::string wrong_prefix(std::string_view text)
{
    return text.size() == prefix_length && std::ranges::all_of(text, is_upper_or_digit)
               ? ""
               : "four upper-case letters or digits";
}

std::string wrong_country(std::string_view text)
{
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    return text.size() == 2 && std::ranges::all_of(text, upper)
               ? ""
               : "two upper-case letters of ISO 3166-1";
}

std::string wrong_separator(std::string_view text)
{
    constexpr std::string_view allowed = "+-_.=#";
    return text.size() == 1 && allowed.contains(text[0]) ? "" : "one of + - _ . = #";
}

} // namespace

std::span<const Key<Tkuev>> tkuev_keys()
{
    using Row = Rows<Tkuev>;
    static constexpr Key<Tkuev> keys[] = {
        Row::of<YesNo, &Tkuev::enabled>(
            "enabled", "The servers look at the list of tkuev-exportd(8)."),
        Row::of<Path, &Tkuev::state>(
            "state", "The directory of measures, keys, records and ledgers."),
        Row::of<Path, &Tkuev::spool>(
            "spool", "The directory through which the servers hand over records."),
        Row::of<Path, &Tkuev::audit>("audit", "The directory of the audit log."),
        Row::of<Path, &Tkuev::audit_anchor>(
            "audit-anchor", "The file that knows where the audit log ends."),
        Row::of<Path, &Tkuev::audit_socket>("audit-socket",
                                            "The socket of tkuev-auditd(8)."),
        Row::of<CheckedText<wrong_operator>, &Tkuev::operator_id>(
            "operator-id", "How the regulator calls the provider."),
        Row::of<CheckedText<wrong_operator>, &Tkuev::network_element>(
            "network-element", "How the provider calls this gateway."),
        Row::of<CheckedText<wrong_point>, &Tkuev::interception_point>(
            "interception-point", "Identifier of the point of interception; empty: none."),
        Row::of<CheckedText<wrong_prefix>, &Tkuev::file_prefix>(
            "file-prefix", "How names of files begin: operator and node, ABXY."),
        Row::of<CheckedText<wrong_country>, &Tkuev::country>(
            "country", "Country of authorisation and delivery unless a measure says."),
        Row::of<YesNo, &Tkuev::second_person>(
            "second-person", "A measure is approved by somebody who did not enter it."),
        Row::of<YesNo, &Tkuev::synchronised_clock>(
            "synchronised-clock", "Nothing is activated while the clock is not."),
        Row::of<Seconds<1, 3600>, &Tkuev::renewal>(
            "renewal", "How often the list for the servers is written anew."),
        Row::of<Number<256, 1 << 20>, &Tkuev::identities>(
            "identities", "Places in that list; it is always full."),
        Row::of<Size<0, 1LL << 40>, &Tkuev::content_bytes>(
            "content-bytes", "How much content waits at most for the authority."),
        Row::of<Seconds<0, 3600>, &Tkuev::content_seconds>(
            "content-seconds", "How long content waits at most for the authority."),
        Row::of<Size<0, 1LL << 42>, &Tkuev::disc_bytes>(
            "disc-bytes", "How much content waits at most for a disc."),
        Row::of<Seconds<1>, &Tkuev::disc_seconds>(
            "disc-seconds", "How long content waits at most for a disc."),
        Row::of<Seconds<>, &Tkuev::audit_retention>(
            "audit-retention", "How old an entry of the audit log is when it may go."),
        Row::of<YesNo, &Tkuev::fold_local_part>(
            "fold-local-part", "Local parts that differ in case only are the same."),
        Row::of<CheckedText<wrong_separator>, &Tkuev::detail_separator>(
            "detail-separator",
            "What follows it in a local part does not count; empty: all counts."),
    };
    return keys;
}

} // namespace conf
