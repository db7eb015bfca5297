// SPDX-License-Identifier: Apache-2.0
// The fields of an order; see order.h.  Each row of the table names a field and the
// function that understands its value.
#include "li/order.h"

#include "li/words.h"
#include "text/lines.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace li {

namespace {

struct Context {
    Draft& draft;
    Destination& destination;
    const Rules& rules;
    const Entry& entry;
    std::string_view field;

    [[nodiscard]] Measure& measure() const { return draft.measure; }
    [[nodiscard]] Order& order() const { return draft.measure.orders.front(); }
    [[nodiscard]] std::string_view value() const { return entry.value; }
    void fault(std::string english, std::string german) const
    {
        draft.faults.push_back({.field = std::string(field),
                                .english = std::move(english),
                                .german = std::move(german),
                                .warning = false,
                                .line = entry.line});
    }
};

using Take = void (*)(const Context& it);

void take_identity(const Context& it, Kind kind)
{
    std::vector<Identity>& all = it.measure().identities;
    if (it.value().empty())
        return it.fault("is empty", "ist leer");
    if (all.size() >= most_identities)
        return it.fault("more than 64 of them", "mehr als 64 Kennungen");
    Identity identity{.kind = kind, .entered = it.entry.value, .canonical = {}};
    if (kind == Kind::address) {
        const auto canonical = canonical_address(it.value(), it.rules);
        if (!canonical)
            return it.fault("is no mail address", "ist keine E-Mail-Adresse");
        identity.canonical = *canonical;
    } else {
        identity.canonical = canonical_login(it.value(), it.rules);
    }
    const auto same = [&](const Identity& other) {
        return other.kind == kind && other.canonical == identity.canonical;
    };
    if (std::ranges::none_of(all, same))
        all.push_back(std::move(identity));
}

void take_time(const Context& it, Time& time)
{
    const auto parsed = parse_time(it.value());
    if (!parsed)
        return it.fault(parsed.error().english, parsed.error().german);
    time = *parsed;
}

template <class Number>
void take_number(const Context& it, Number& number)
{
    const std::string_view text = it.value();
    Number parsed{};
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), parsed);
    if (error != std::errc{} || end != text.data() + text.size() || parsed == 0)
        return it.fault("must be a number from 1 to " +
                            std::to_string(std::numeric_limits<Number>::max()),
                        "muss eine Zahl von 1 bis " +
                            std::to_string(std::numeric_limits<Number>::max()) + " sein");
    number = parsed;
}

template <class Enum>
void take_word(const Context& it, Enum& value)
{
    const std::string word = text::to_lower(it.value());
    for (std::size_t i = 0; i < words(Enum{}).size(); ++i)
        if (words(Enum{})[i].name == word || words(Enum{})[i].german == it.value()) {
            value = static_cast<Enum>(i);
            return;
        }
    it.fault("must be one of: " + names<Enum>(), "muss eines sein von: " + names<Enum>());
}

// "Original" and "Fax" are the same in both languages.
void take_channel(const Context& it, Channel& channel)
{
    if (text::to_lower(it.value()) == "elektronisch")
        channel = Channel::electronic;
    else
        take_word(it, channel);
}

void take_yes_no(const Context& it, bool& value)
{
    const std::string word = text::to_lower(it.value());
    if (word == "yes" || word == "ja")
        value = true;
    else if (word == "no" || word == "nein")
        value = false;
    else
        it.fault("must be yes or no", "muss ja oder nein sein");
}

void take_text(const Context& it, std::string& text)
{
    text = it.entry.value;
}

void take_standby(const Context& it)
{
    std::string_view rest = it.value();
    while (!rest.empty()) {
        const auto end = rest.find_first_of(" ,\t");
        const std::string_view word = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (word.empty())
            continue;
        const auto peer = parse_peer(word);
        if (!peer)
            return it.fault("must be a list of HOST or HOST:PORT",
                            "muss eine Liste von HOST oder HOST:PORT sein");
        it.destination.standby.push_back(*peer);
    }
}

void take_mode(const Context& it)
{
    const std::string word = text::to_lower(it.value());
    it.destination.passive = word == "passive" || word == "passiv";
    if (!it.destination.passive && word != "active" && word != "aktiv")
        it.fault("must be passive or active", "muss passiv oder aktiv sein");
}

// As ssh-keygen -l has it: 43 characters of base64 after "SHA256:".
bool is_key_digest(std::string_view word)
{
    constexpr std::string_view prefix = "SHA256:";
    constexpr std::size_t digest_size = 43;
    if (!word.starts_with(prefix))
        return false;
    word.remove_prefix(prefix.size());
    return word.size() == digest_size && std::ranges::all_of(word, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                      (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
           });
}

void take_peer_key(const Context& it)
{
    std::string keys;
    std::string_view rest = it.value();
    while (!rest.empty()) {
        const auto end = std::min(rest.find_first_of(" ,\t"), rest.size());
        const std::string_view word = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (word.empty())
            continue;
        if (!is_key_digest(word))
            return it.fault("must be SHA256: and 43 characters of base64",
                            "muss SHA256: und 43 Zeichen base64 sein");
        keys += (keys.empty() ? "" : " ") + std::string(word);
    }
    it.destination.peer_key = keys;
}

struct Row {
    Field field;
    Take take;
};

constexpr bool confidential = true;
constexpr bool open = false;
constexpr bool destination = true;
constexpr bool general = false;

const std::span<const Row> rows()
{
    using C = const Context&;
    // name, German names, hint, confidential, of a destination, repeatable
    static constexpr Row table[] = {
        {{"reference", "referenz-id", "referenznummer", "the authority's number (LIID)",
          confidential, general, false},
         [](C it) { take_text(it, it.measure().reference); }},
        {{"identity", "kennung", "zu-ueberwachende-kennung", "mail address of the target",
          confidential, general, true},
         [](C it) { take_identity(it, Kind::address); }},
        {{"login", "anmeldename", "", "login name of the target", confidential, general,
          true},
         [](C it) { take_identity(it, Kind::login); }},
        {{"mailbox", "postfach", "", "mailbox at the backend", confidential, general, true},
         [](C it) { take_identity(it, Kind::mailbox); }},
        {{"begin", "beginn", "beginn-der-ueberwachung", "official time", open, general,
          false},
         [](C it) { take_time(it, it.order().begin); }},
        {{"end", "ende", "ende-der-ueberwachung", "official time", open, general, false},
         [](C it) { take_time(it, it.order().end); }},
        {{"authority", "berechtigte-stelle", "behoerde", "name of a registered authority",
          confidential, general, false},
         [](C it) { take_text(it, it.measure().authority); }},
        {{"legal-basis", "rechtsgrundlage", "", "stpo-100a, g10-3, ...", open, general,
          false},
         [](C it) { take_word(it, it.order().basis); }},
        {{"court", "gericht", "", "who ordered it", confidential, general, false},
         [](C it) { take_text(it, it.order().court); }},
        {{"file-number", "aktenzeichen", "", "of the court", confidential, general, false},
         [](C it) { take_text(it, it.order().file_number); }},
        {{"ordered", "anordnung-vom", "", "date of the order", open, general, false},
         [](C it) { take_time(it, it.order().ordered); }},
        {{"channel", "uebermittlung", "", "original, electronic or fax", open, general,
          false},
         [](C it) { take_channel(it, it.order().channel); }},
        {{"received", "eingang", "", "when the order or its copy came", open, general,
          false},
         [](C it) { take_time(it, it.order().received); }},
        {{"original-received", "original-eingang", "", "when the original came", open,
          general, false},
         [](C it) { take_time(it, it.order().original_received); }},
        {{"order-digest", "anordnung-sha256", "", "SHA-256 of the scan", open, general,
          false},
         [](C it) { it.order().scan_digest = text::to_lower(it.value()); }},
        {{"scope", "umfang", "", "iri or iri-and-cc", open, general, false},
         [](C it) { take_word(it, it.measure().scope); }},
        {{"profile", "profil", "", "etsi-tcp, etsi-ftp-file, de-xml-ftp or cd", open,
          general, false},
         [](C it) { take_word(it, it.measure().profile); }},
        {{"records", "meldungen", "", "begin-end or report", open, general, false},
         [](C it) { take_word(it, it.measure().records); }},
        {{"header-version", "kopf-version", "", "of TS 102 232-1", open, general, false},
         [](C it) { take_number(it, it.measure().header_version); }},
        {{"email-version", "e-mail-version", "", "of TS 102 232-2", open, general, false},
         [](C it) { take_number(it, it.measure().email_version); }},
        {{"seal-content", "inhalt-versiegeln", "", "readable by the authority alone", open,
          general, false},
         [](C it) { take_yes_no(it, it.measure().seal_to_authority); }},
        {{"all-recipients", "alle-empfaenger", "", "also others of incoming mail", open,
          general, false},
         [](C it) { take_yes_no(it, it.measure().all_recipients); }},
        {{"country-authorisation", "land-anordnung", "", "ISO 3166-1", open, general,
          false},
         [](C it) { take_text(it, it.measure().country_authorisation); }},
        {{"country-delivery", "land-uebergabe", "", "ISO 3166-1", open, general, false},
         [](C it) { take_text(it, it.measure().country_delivery); }},
        {{"operator-id", "betreiber", "", "if not as configured", open, general, false},
         [](C it) { take_text(it, it.measure().operator_id); }},
        {{"network-element", "netzelement", "", "if not as configured", open, general,
          false},
         [](C it) { take_text(it, it.measure().network_element); }},
        {{"interception-point", "erfassungspunkt", "", "if not as configured", open,
          general, false},
         [](C it) { take_text(it, it.measure().interception_point); }},
        {{"test", "probe", "", "TKÜV § 23, on a test account only", open, general, false},
         [](C it) { take_yes_no(it, it.measure().test); }},
        {{"test-account", "probekonto", "", "name of a registered one", confidential,
          general, false},
         [](C it) { take_text(it, it.measure().test_account); }},
        {{"method", "verfahren", "", "ftp, ftps, sftp, tcp, tls or cd", open, destination,
          false},
         [](C it) { take_word(it, it.destination.method); }},
        {{"host", "ziel-ip", "", "of the authority", confidential, destination, false},
         [](C it) { take_text(it, it.destination.peer.host); }},
        {{"port", "ziel-port", "", "of the authority", open, destination, false},
         [](C it) { take_number(it, it.destination.peer.port); }},
        {{"standby", "reserve", "", "HOST:PORT ... if that does not answer", confidential,
          destination, false},
         take_standby},
        {{"user", "username", "benutzer", "for the login there", confidential, destination,
          false},
         [](C it) { take_text(it, it.destination.user); }},
        {{"password", "passwort", "", "for the login there", confidential, destination,
          false},
         [](C it) { take_text(it, it.destination.password); }},
        {{"directory", "zielverzeichnis", "", "where files are put", confidential,
          destination, false},
         [](C it) { take_text(it, it.destination.directory); }},
        {{"mode", "modus", "", "passive or active (FTP)", open, destination, false},
         take_mode},
        {{"peer-key", "gegenstelle-schluessel", "", "SHA256:... of the server's public key",
          open, destination, false},
         take_peer_key},
    };
    return table;
}

std::string folded(std::string_view name)
{
    std::string out;
    constexpr std::pair<std::string_view, std::string_view> pairs[] = {
        {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "ae"}, {"Ö", "oe"},
        {"Ü", "ue"}, {"ß", "ss"}, {" ", "-"},  {"_", "-"}};
    while (!name.empty()) {
        const auto* found = std::ranges::find_if(
            pairs, [&](const auto& pair) { return name.starts_with(pair.first); });
        const bool known = found != std::end(pairs);
        out += known ? found->second : name.substr(0, 1);
        name.remove_prefix(known ? found->first.size() : 1);
    }
    return text::to_lower(out);
}

const Row* find_row(std::string_view name)
{
    const std::string wanted = folded(name);
    for (const Row& row : rows())
        if (!wanted.empty() && (row.field.name == wanted || row.field.alias == wanted ||
                                row.field.other == wanted))
            return &row;
    return nullptr;
}

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
        if (!said("", "method") && !said("iri", "method"))
            draft_.measure.iri.method = method_of(draft_.measure.profile);
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

    void complain(const Entry& entry, std::string english, std::string german)
    {
        draft_.faults.push_back({.field = entry.key,
                                 .english = std::move(english),
                                 .german = std::move(german),
                                 .warning = false,
                                 .line = entry.line});
    }

    // Of the entry as such, whatever its value.
    void look_at(const Entry& entry)
    {
        const Field* field = find_field(entry.key);
        if (!entry.section.empty() && entry.section != "iri" && entry.section != "cc")
            return complain(entry, "stands in an unknown section [" + entry.section + "]",
                            "steht im unbekannten Abschnitt [" + entry.section + "]");
        if (field == nullptr)
            return complain(entry, "is not known", "ist nicht bekannt");
        if (!entry.section.empty() && !field->destination)
            return complain(entry, "does not belong to a destination",
                            "gehört zu keinem Ziel");
        if (field->repeatable)
            return;
        for (const Entry* other = entries_.data(); other != &entry; ++other)
            if (other->section == entry.section && find_field(other->key) == field)
                return complain(entry, "is given twice", "steht zweimal da");
    }

    void take_section(std::string_view section, Destination& where)
    {
        for (const Entry& entry : entries_) {
            const Row* row = entry.section == section ? find_row(entry.key) : nullptr;
            if (row == nullptr || (!section.empty() && !row->field.destination))
                continue;
            const Context it{draft_, where, rules_, entry, row->field.name};
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

std::span<const Field> order_fields()
{
    static const std::vector<Field> fields = [] {
        std::vector<Field> all;
        for (const Row& row : rows())
            all.push_back(row.field);
        return all;
    }();
    return fields;
}

const Field* find_field(std::string_view name)
{
    const Row* row = find_row(name);
    return row == nullptr ? nullptr : &row->field;
}

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
