// SPDX-License-Identifier: Apache-2.0
// The words of LIESMICH.txt; see handover/image.h.
#include "handover/image.h"
#include "li/official_time.h"

#include <fmt/format.h>

namespace handover {

namespace {

std::string_view encryption_of(const ImageOrder& order)
{
    if (!order.recipient)
        return "Die Dateien sind nicht verschlüsselt.\r\n";
    return "Die Dateien sind für das Zertifikat der berechtigten Stelle verschlüsselt\r\n"
           "(CMS, AES-256-GCM) und enden auf .p7m.  Entschlüsseln:\r\n"
           "  openssl cms -decrypt -inform DER -in DATEI.p7m -recip ZERTIFIKAT \\\r\n"
           "    -inkey SCHLUESSEL -out DATEI\r\n";
}

std::string list_of(const ImageOrder& order, std::size_t events, std::size_t contents,
                    bool index)
{
    std::string out =
        fmt::format("IRI/                  {} Datei(en) mit Ereignisdaten\r\n", events);
    if (order.content)
        out += fmt::format("CC/                   {} Datei(en) mit Inhalten\r\n", contents);
    if (index)
        out += "INHALTE.csv           welche Datei in IRI/ welche in CC/ nennt\r\n";
    return out + "BETREIBER.pem         Zertifikat des Verpflichteten\r\n"
                 "MANIFEST.sha256       Prüfsummen (SHA-256) aller Dateien\r\n"
                 "MANIFEST.sha256.p7s   Signatur der Prüfsummen (CMS)\r\n";
}

} // namespace

std::string image_read_me(const ImageOrder& order, std::size_t events, std::size_t contents,
                          bool index)
{
    const std::string reference =
        order.recipient ? "siehe Begleitschreiben" : order.reference;
    return fmt::format(
        "Datenträger mit Daten einer Telekommunikationsüberwachung (TKÜV)\r\n"
        "================================================================\r\n\r\n"
        "VERTRAULICH.  Nur für die berechtigte Stelle bestimmt.\r\n\r\n"
        "Verpflichteter:   {}\r\n"
        "Referenznummer:   {}\r\n"
        "Erstellt:         {}\r\n\r\n"
        "Inhalt\r\n------\r\n{}\r\n"
        "Die Dateinamen folgen der Methode B (ES 201 671, C.2.2).  Die Dateien "
        "enthalten\r\n"
        "PDU nach ETSI TS 102 232-1 und -2, eine nach der anderen, oder XML.\r\n{}\r\n"
        "Prüfen\r\n------\r\n"
        "Prüfsummen:\r\n  sha256sum -c MANIFEST.sha256\r\n"
        "Signatur; den Fingerabdruck von BETREIBER.pem mit dem des Begleitschreibens\r\n"
        "vergleichen:\r\n"
        "  openssl cms -verify -binary -inform DER -in MANIFEST.sha256.p7s \\\r\n"
        "    -content MANIFEST.sha256 -certfile BETREIBER.pem -noverify -out /dev/null\r\n"
        "  openssl x509 -in BETREIBER.pem -noout -fingerprint -sha256\r\n"
        "Alles zusammen, auch den Aufbau der PDU:\r\n"
        "  tkuev-export verify DATENTRAEGER\r\n",
        order.operator_id.empty() ? "siehe Begleitschreiben" : order.operator_id, reference,
        li::official_german(order.time * li::second),
        list_of(order, events, contents, index), encryption_of(order));
}

} // namespace handover
