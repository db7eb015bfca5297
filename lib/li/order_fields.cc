// SPDX-License-Identifier: Apache-2.0
// Each row of the table names a field and the function that understands its value.
#include "li/order_fields.h"

#include "li/words.h"
#include "text/lines.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace li {

namespace {

void take_identity(const FieldContext& it, Kind kind)
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

void take_time(const FieldContext& it, Time& time)
{
    const auto parsed = parse_time(it.value());
    if (!parsed)
        return it.fault(parsed.error().english, parsed.error().german);
    time = *parsed;
}

template <class Number>
void take_number(const FieldContext& it, Number& number)
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
void take_word(const FieldContext& it, Enum& value)
{
    const std::string word = text::to_lower(it.value());
    for (std::size_t i = 0; i < words(Enum{}).size(); ++i) {
        const auto [name, german] = words(Enum{})[i];
        if (german == it.value() || (name == word && !german.empty())) {
            value = static_cast<Enum>(i);
            return;
        }
    }
    it.fault("must be one of: " + names<Enum>(),
             "muss eines hiervon sein: " + names<Enum>());
}

// "Original" and "Fax" are the same in both languages.
void take_channel(const FieldContext& it, Channel& channel)
{
    if (text::to_lower(it.value()) == "elektronisch")
        channel = Channel::electronic;
    else
        take_word(it, channel);
}

void take_yes_no(const FieldContext& it, bool& value)
{
    const std::string word = text::to_lower(it.value());
    if (word == "yes" || word == "ja")
        value = true;
    else if (word == "no" || word == "nein")
        value = false;
    else
        it.fault("must be yes or no", "muss ja oder nein sein");
}

void take_text(const FieldContext& it, std::string& text)
{
    text = it.entry.value;
}

void take_standby(const FieldContext& it)
{
    std::vector<Peer> standby;
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
                            "muss eine Liste von RECHNER oder RECHNER:PORT sein");
        standby.push_back(*peer);
    }
    it.destination.standby = std::move(standby);
}

void take_port(const FieldContext& it)
{
    if (it.value().empty())
        it.destination.peer.port = 0; // as if nothing had been said
    else
        take_number(it, it.destination.peer.port);
}

void take_mode(const FieldContext& it)
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

void take_peer_key(const FieldContext& it)
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
                            "muss aus SHA256: und 43 Zeichen Base64 bestehen");
        keys += (keys.empty() ? "" : " ") + std::string(word);
    }
    it.destination.peer_key = keys;
}

constexpr bool confidential = true;
constexpr bool open = false;
constexpr bool destination = true;
constexpr bool general = false;

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

} // namespace

std::span<const FieldRow> field_rows()
{
    using C = const FieldContext&;
    // name, German names, hint, confidential, of a destination, repeatable
    static constexpr FieldRow table[] = {
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
         take_port},
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

const FieldRow* find_row(std::string_view name)
{
    const std::string wanted = folded(name);
    for (const FieldRow& row : field_rows())
        if (!wanted.empty() && (row.field.name == wanted || row.field.alias == wanted ||
                                row.field.other == wanted))
            return &row;
    return nullptr;
}

std::span<const Field> order_fields()
{
    static const std::vector<Field> fields = [] {
        std::vector<Field> all;
        for (const FieldRow& row : field_rows())
            all.push_back(row.field);
        return all;
    }();
    return fields;
}

const Field* find_field(std::string_view name)
{
    const FieldRow* row = find_row(name);
    return row == nullptr ? nullptr : &row->field;
}

} // namespace li
