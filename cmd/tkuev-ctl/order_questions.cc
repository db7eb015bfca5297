// SPDX-License-Identifier: Apache-2.0
#include "order_questions.h"

#include "li/words.h"

#include <fmt/format.h>

namespace tkuev {

namespace {

using M = const li::Measure&;
using D = const li::Destination&;

template <class Enum>
std::string list_words(Language language)
{
    std::string out;
    for (const li::Word& word : li::words(Enum{}))
        if (!word.german.empty() && language == Language::german)
            out += fmt::format("    {} - {}\n", word.name, word.german);
        else if (!word.german.empty())
            out += fmt::format("    {}\n", word.name);
    return out;
}

std::string yes_no()
{
    return std::string(either(language(), "yes, no", "ja, nein"));
}

std::string yes_or_no(bool value)
{
    const bool german = language() == Language::german;
    return value ? (german ? "ja" : "yes") : (german ? "nein" : "no");
}

std::string identities(M m, li::Kind kind)
{
    std::string out;
    for (const li::Identity& identity : m.identities)
        if (identity.kind == kind)
            out += (out.empty() ? "" : ", ") + identity.entered;
    return out;
}

template <class Enum>
std::string word_of(Enum value)
{
    return std::string(li::german(value).empty() ? "" : li::name(value));
}

const li::Order& order_of(M m)
{
    return m.orders.front();
}

bool with_content(M m)
{
    return m.scope == li::Scope::iri_and_cc;
}

bool etsi(M m)
{
    return m.profile != li::Profile::de_xml_ftp;
}

bool by_net(D d)
{
    return d.method != li::Method::cd;
}

bool by_login(D d)
{
    return d.method == li::Method::ftp || d.method == li::Method::ftps ||
           d.method == li::Method::sftp;
}

bool has_key(D d)
{
    return d.method == li::Method::sftp || d.method == li::Method::ftps ||
           d.method == li::Method::tls;
}

std::string port_of(D d)
{
    return d.peer.port == 0 ? "" : std::to_string(d.peer.port);
}

std::string standbys(D d)
{
    std::string out;
    for (const li::Peer& peer : d.standby)
        out += (out.empty() ? "" : " ") + li::to_text(peer);
    return out;
}

constexpr std::string_view time_en =
    "Official time in Germany: 2026-11-22 14:30, or a day alone for its beginning.";
constexpr std::string_view time_de =
    "Amtliche Zeit: 22.11.2026 14:30, oder nur ein Tag für dessen Beginn.";
constexpr std::string_view configured_en = "Only if it is not as sponts.conf has it.";
constexpr std::string_view configured_de = "Nur, wenn es von sponts.conf abweicht.";

} // namespace

std::span<const Question> order_questions()
{
    static constexpr Question table[] = {
        {"authority", "Berechtigte Stelle",
         "The name under which the authority was registered: tkuev-ctl authority list.",
         "Der Name, unter dem die Stelle eingetragen ist: tkuev-ctl authority list.",
         nullptr, [](M m, D) { return m.authority; }, nullptr, nullptr},
        {"reference", "Referenz-Id",
         "The number that the authority gave: 1 to 25 of A-Z a-z 0-9 - _ .",
         "Die Nummer, die die Stelle vergeben hat: 1 bis 25 Zeichen A-Z a-z 0-9 - _ .",
         nullptr, [](M m, D) { return m.reference; }, nullptr, nullptr},
        {"identity", "Kennung",
         "A mail address of the target; one after the other, Enter when there are no more.",
         "Eine zu überwachende E-Mail-Adresse; eine nach der anderen, Enter nach der "
         "letzten.",
         nullptr, [](M m, D) { return identities(m, li::Kind::address); }, nullptr,
         nullptr},
        {"login", "Anmeldename",
         "A login name of the target, if one is ordered or known; Enter when no more.",
         "Ein Anmeldename des Anschlusses, falls angeordnet oder bekannt; Enter nach dem "
         "letzten.",
         nullptr, [](M m, D) { return identities(m, li::Kind::login); }, nullptr, nullptr},
        {"mailbox", "Postfach",
         "A mailbox at the backend, as it is called there; Enter when no more.",
         "Ein Postfach auf dem Mailserver, wie es dort heißt; Enter nach dem letzten.",
         nullptr, [](M m, D) { return identities(m, li::Kind::mailbox); }, nullptr,
         nullptr},
        {"test", "Probe",
         "yes: a test (TKÜV section 23), on a registered test account only.",
         "ja: eine Probe (TKÜV § 23), nur auf einem eingetragenen Probekonto.", nullptr,
         [](M m, D) { return yes_or_no(m.test); }, nullptr, yes_no},
        {"test-account", "Probekonto",
         "The name of a registered one: tkuev-ctl test-account list.",
         "Der Name eines eingetragenen: tkuev-ctl test-account list.",
         [](M m, D) { return m.test; }, [](M m, D) { return m.test_account; }, nullptr,
         nullptr},
        {"legal-basis", "Rechtsgrundlage", "The law that the order names.",
         "Das Gesetz, das die Anordnung nennt.", nullptr,
         [](M m, D) { return word_of(order_of(m).basis); }, list_words<li::LegalBasis>,
         li::names<li::LegalBasis>},
        {"court", "Gericht", "Who ordered it, as the order says.",
         "Wer sie angeordnet hat, wie es in der Anordnung steht.", nullptr,
         [](M m, D) { return order_of(m).court; }, nullptr, nullptr},
        {"file-number", "Aktenzeichen", "Of the order.", "Der Anordnung.", nullptr,
         [](M m, D) { return order_of(m).file_number; }, nullptr, nullptr},
        {"ordered", "Anordnung vom", "The date of the order.", "Das Datum der Anordnung.",
         nullptr, [](M m, D) { return li::official(order_of(m).ordered); }, nullptr,
         nullptr},
        {"channel", "Übermittlung",
         "How it came. A copy ahead of the original is good for one week.",
         "Wie sie eingegangen ist. Eine Kopie vorab gilt eine Woche.", nullptr,
         [](M m, D) { return word_of(order_of(m).channel); }, list_words<li::Channel>,
         li::names<li::Channel>},
        {"received", "Eingang", "When the order or its copy came; Enter: now.",
         "Wann die Anordnung oder ihre Kopie einging; Enter: jetzt.", nullptr,
         [](M m, D) { return li::official(order_of(m).received); }, nullptr, nullptr},
        {"original-received", "Eingang des Originals",
         "When the original came after the copy; Enter: it has not come yet.",
         "Wann das Original nach der Kopie einging; Enter: noch nicht.",
         [](M m, D) { return order_of(m).channel != li::Channel::original; },
         [](M m, D) { return li::official(order_of(m).original_received); }, nullptr,
         nullptr},
        {"order-digest", "SHA-256 der Anordnung",
         "Of the scanned order, 64 hexadecimal digits; --scan FILE finds it by itself.",
         "Der eingescannten Anordnung, 64 Hexadezimalziffern; --scan DATEI bildet ihn "
         "selbst.",
         nullptr, [](M m, D) { return order_of(m).scan_digest; }, nullptr, nullptr},
        {"begin", "Beginn", time_en, time_de, nullptr,
         [](M m, D) { return li::official(order_of(m).begin); }, nullptr, nullptr},
        {"end", "Ende",
         "At most three months after the begin. A day alone means its beginning, "
         "24:00 its end.",
         "Höchstens drei Monate nach dem Beginn. Ein Tag allein meint dessen Beginn, "
         "24:00 dessen Ende.",
         nullptr, [](M m, D) { return li::official(order_of(m).end); }, nullptr, nullptr},
        {"scope", "Umfang", "Event data alone (iri), or with content (iri-and-cc).",
         "Nur Ereignisdaten (iri) oder auch der Inhalt (iri-and-cc).", nullptr,
         [](M m, D) { return word_of(m.scope); }, list_words<li::Scope>,
         li::names<li::Scope>},
        {"all-recipients", "Alle Empfänger",
         "yes: the other recipients of mail that the target receives are told too.",
         "ja: auch die anderen Empfänger eingehender E-Mails werden genannt.", nullptr,
         [](M m, D) { return yes_or_no(m.all_recipients); }, nullptr, yes_no},
        {"profile", "Profil", "The form in which the authority gets it.",
         "Die Form, in der die Stelle es erhält.", nullptr,
         [](M m, D) { return word_of(m.profile); }, list_words<li::Profile>,
         li::names<li::Profile>},
        {"records", "Meldungen", "How sessions are told.", "Wie Sitzungen gemeldet werden.",
         nullptr, [](M m, D) { return word_of(m.records); }, list_words<li::Records>,
         li::names<li::Records>},
        {"header-version", "Kopf-Version",
         "Version of TS 102 232-1 that the authority reads, 5 to 43.",
         "Version von TS 102 232-1, die die Stelle liest, 5 bis 43.",
         [](M m, D) { return etsi(m); },
         [](M m, D) { return std::to_string(m.header_version); }, nullptr, nullptr},
        {"email-version", "E-Mail-Version",
         "Version of TS 102 232-2 that the authority reads, 15 to 20.",
         "Version von TS 102 232-2, die die Stelle liest, 15 bis 20.",
         [](M m, D) { return etsi(m); },
         [](M m, D) { return std::to_string(m.email_version); }, nullptr, nullptr},
        {"seal-content", "Inhalt versiegeln",
         "yes: content is encrypted to the authority's certificate when it is captured.",
         "ja: Inhalt wird schon bei der Erfassung für das Zertifikat der Stelle "
         "verschlüsselt.",
         [](M m, D) { return with_content(m); },
         [](M m, D) { return yes_or_no(m.seal_to_authority); }, nullptr, yes_no},
        {"country-authorisation", "Land der Anordnung", configured_en, configured_de,
         nullptr, [](M m, D) { return m.country_authorisation; }, nullptr, nullptr},
        {"country-delivery", "Land der Übergabe", configured_en, configured_de, nullptr,
         [](M m, D) { return m.country_delivery; }, nullptr, nullptr},
        {"operator-id", "Betreiber", configured_en, configured_de, nullptr,
         [](M m, D) { return m.operator_id; }, nullptr, nullptr},
        {"network-element", "Netzelement", configured_en, configured_de, nullptr,
         [](M m, D) { return m.network_element; }, nullptr, nullptr},
        {"interception-point", "Erfassungspunkt", configured_en, configured_de, nullptr,
         [](M m, D) { return m.interception_point; }, nullptr, nullptr},
    };
    return table;
}

std::span<const Question> destination_questions()
{
    static constexpr Question table[] = {
        {"method", "Verfahren", "How it gets to the authority.",
         "Wie es zur Stelle gelangt.", [](M m, D) { return m.profile != li::Profile::cd; },
         [](M, D d) { return word_of(d.method); }, list_words<li::Method>,
         li::names<li::Method>},
        {"host", "Ziel-IP", "An IP address or a host name of the authority.",
         "Eine IP-Adresse oder ein Rechnername der Stelle.",
         [](M, D d) { return by_net(d); }, [](M, D d) { return d.peer.host; }, nullptr,
         nullptr},
        {"port", "Ziel-Port",
         "21 for FTP and FTPS, 22 for SFTP; else as the authority says.",
         "21 für FTP und FTPS, 22 für SFTP; sonst, wie die Stelle es sagt.",
         [](M, D d) { return by_net(d); }, [](M, D d) { return port_of(d); }, nullptr,
         nullptr},
        {"standby", "Reserve",
         "Hosts that are tried in order if the first does not answer: HOST or HOST:PORT, "
         "separated by blanks.",
         "Rechner, die der Reihe nach versucht werden, wenn der erste nicht antwortet: "
         "RECHNER oder RECHNER:PORT, durch Leerzeichen getrennt.",
         [](M, D d) { return by_net(d); }, [](M, D d) { return standbys(d); }, nullptr,
         nullptr},
        {"user", "Username", "For the login there.", "Für die Anmeldung dort.",
         [](M, D d) { return by_login(d); }, [](M, D d) { return d.user; }, nullptr,
         nullptr},
        {"password", "Passwort",
         "For the login there; it is not shown. Not needed for SFTP with the gateway's "
         "key.",
         "Für die Anmeldung dort; es wird nicht angezeigt. Bei SFTP mit dem Schlüssel des "
         "Gateways nicht nötig.",
         [](M, D d) { return by_login(d); },
         [](M, D d) {
             return std::string(
                 d.password.empty() ? "" : either(language(), "(set)", "(gesetzt)"));
         },
         nullptr, nullptr},
        {"directory", "Zielverzeichnis", "Where files are put; without \"..\".",
         "Wohin Dateien gelegt werden; ohne \"..\".", [](M, D d) { return by_login(d); },
         [](M, D d) { return d.directory; }, nullptr, nullptr},
        {"mode", "Modus", "Who opens the connection for data, of FTP.",
         "Wer die Datenverbindung öffnet, bei FTP.",
         [](M, D d) { return d.method == li::Method::ftp || d.method == li::Method::ftps; },
         [](M, D d) { return std::string(d.passive ? "passive" : "active"); }, nullptr,
         [] { return std::string("passive, active"); }},
        {"peer-key", "Schlüssel der Gegenstelle",
         "SHA256: and the digest of the server's public key, as ssh-keygen -l has it. SFTP "
         "needs it; with FTPS and TLS certificates may do instead (authority add).",
         "SHA256: und der Hashwert des öffentlichen Schlüssels des Servers wie von "
         "ssh-keygen -l. Bei SFTP nötig; bei FTPS und TLS genügen auch Zertifikate "
         "(authority add).",
         [](M, D d) { return has_key(d); }, [](M, D d) { return d.peer_key; }, nullptr,
         nullptr},
    };
    return table;
}

const Question& elsewhere_question()
{
    static constexpr Question question = {
        "content-elsewhere",
        "Eigenes Ziel für den Inhalt",
        "yes: content goes to another destination than event data.",
        "ja: der Inhalt geht an ein anderes Ziel als die Ereignisdaten.",
        [](M m, D) { return with_content(m) && m.profile != li::Profile::cd; },
        [](M m, D) { return yes_or_no(m.cc.has_value()); },
        nullptr,
        yes_no};
    return question;
}

} // namespace tkuev
