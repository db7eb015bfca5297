// SPDX-License-Identifier: Apache-2.0
// From entries to a Measure; see order.h.
#include "li/order.h"

#include "li/order_fields.h"
#include "text/lines.h"

#include <algorithm>
#include <charconv>

namespace li {

namespace {

Method method_of(Profile profile)
{
    switch (profile) {
    case Profile::etsi_tcp:
        return Method::tcp;
    case Profile::etsi_ftp_file:
    case Profile::de_xml_ftp:
        return Method::ftp;
    case Profile::cd:
        return Method::cd;
    }
    return Method::ftp;
}

// One that takes it.
Profile profile_of(Method method)
{
    switch (method) {
    case Method::tcp:
    case Method::tls:
        return Profile::etsi_tcp;
    case Method::ftp:
    case Method::ftps:
    case Method::sftp:
        return Profile::etsi_ftp_file;
    case Method::cd:
        return Profile::cd;
    }
    return Profile::etsi_tcp;
}

constexpr std::uint16_t ftp_port = 21;
constexpr std::uint16_t ssh_port = 22;

void fill_port(Destination& where)
{
    if (where.method == Method::ftp || where.method == Method::ftps)
        where.peer.port = where.peer.port == 0 ? ftp_port : where.peer.port;
    if (where.method == Method::sftp)
        where.peer.port = where.peer.port == 0 ? ssh_port : where.peer.port;
    for (Peer& peer : where.standby)
        peer.port = peer.port == 0 ? where.peer.port : peer.port;
}

class Reader {
public:
    Reader(std::span<const Entry> entries, const Rules& rules)
        : entries_(entries), rules_(rules)
    {
        draft_.measure.orders.emplace_back();
    }

    Draft read(Time now)
    {
        for (const Entry& entry : entries_)
            look_at(entry);
        take_section("", draft_.measure.iri);
        suit_method(draft_.measure.iri);
        Destination content = draft_.measure.iri;
        take_section("iri", draft_.measure.iri);
        if (std::ranges::any_of(entries_,
                                [](const Entry& entry) { return entry.section == "cc"; })) {
            take_section("cc", content);
            fill_port(content);
            draft_.measure.cc = std::move(content);
        }
        fill_port(draft_.measure.iri);
        Order& order = draft_.measure.orders.front();
        if (order.received == 0)
            order.received = now;
        return std::move(draft_);
    }

private:
    [[nodiscard]] bool said(std::string_view section, std::string_view field) const
    {
        return std::ranges::any_of(entries_, [&](const Entry& entry) {
            const Field* found = find_field(entry.key);
            return entry.section == section && found != nullptr && found->name == field;
        });
    }

    // Said of the whole, and understood.
    [[nodiscard]] bool read_well(std::string_view field) const
    {
        return said("", field) &&
               std::ranges::none_of(draft_.faults, [&](const Fault& fault) {
                   return fault.unread && fault.field == field && fault.section.empty();
               });
    }

    // Of a word that is none, only the rest of the order says what it may have meant.
    void suit_method(Destination& where)
    {
        Profile& profile = draft_.measure.profile;
        const bool by_login = said("", "user") || said("", "password") ||
                              said("", "directory") || said("", "mode");
        if (said("", "profile") && !read_well("profile"))
            profile = read_well("method") ? profile_of(where.method)
                      : by_login          ? Profile::etsi_ftp_file
                                          : Profile::etsi_tcp;
        if (!read_well("method"))
            where.method = method_of(profile);
    }

    void complain(const Entry& entry, bool unread, std::string english, std::string german)
    {
        draft_.faults.push_back({.field = entry.key,
                                 .english = std::move(english),
                                 .german = std::move(german),
                                 .warning = false,
                                 .line = entry.line,
                                 .section = {}, // it is told by the line
                                 .unread = unread});
    }

    // Of the entry as such, whatever its value.
    void look_at(const Entry& entry)
    {
        const Field* field = find_field(entry.key);
        if (!entry.section.empty() && entry.section != "iri" && entry.section != "cc")
            return complain(entry, true,
                            "stands in an unknown section [" + entry.section + "]",
                            "steht im unbekannten Abschnitt [" + entry.section + "]");
        if (field == nullptr)
            return complain(entry, true, "is not known", "ist nicht bekannt");
        if (!entry.section.empty() && !field->destination)
            return complain(entry, true, "does not belong to a destination",
                            "gehört zu keinem Ziel");
        if (field->repeatable)
            return;
        for (const Entry* other = entries_.data(); other != &entry; ++other)
            if (other->section == entry.section && find_field(other->key) == field)
                return complain(entry, false, "is given twice", "steht zweimal da");
    }

    void take_section(std::string_view section, Destination& where)
    {
        for (const Entry& entry : entries_) {
            const FieldRow* row = entry.section == section ? find_row(entry.key) : nullptr;
            if (row == nullptr || (!section.empty() && !row->field.destination))
                continue;
            const FieldContext it{draft_, where, rules_, entry, row->field.name};
            if (text::has_control(entry.value) || !text::is_utf8(entry.value))
                it.fault("holds bytes that are no text",
                         "enthält Bytes, die kein Text sind");
            else
                row->take(it);
        }
    }

    std::span<const Entry> entries_;
    const Rules& rules_;
    Draft draft_;
};

} // namespace

std::optional<Peer> parse_peer(std::string_view text)
{
    Peer peer;
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        peer.host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        const bool bare = colon != std::string_view::npos && text.rfind(':') != colon;
        peer.host = bare ? text : text.substr(0, colon); // bare: IPv6 without a port
        port = bare || colon == std::string_view::npos ? "" : text.substr(colon);
    }
    if (peer.host.empty())
        return std::nullopt;
    if (port.empty())
        return peer;
    const char* last = port.data() + port.size();
    const auto [end, error] = std::from_chars(port.data() + 1, last, peer.port);
    if (port[0] != ':' || error != std::errc{} || end != last || peer.port == 0)
        return std::nullopt;
    return peer;
}

Draft read_order(std::span<const Entry> entries, const Rules& rules, Time now)
{
    return Reader(entries, rules).read(now);
}

} // namespace li
