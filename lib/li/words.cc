// SPDX-License-Identifier: Apache-2.0
#include "li/words.h"

#include "text/base64.h"

#include <algorithm>

namespace li {

std::span<const Word> words(State)
{
    static constexpr Word all[] = {
        {"awaiting-approval", "wartet auf Freigabe"},
        {"awaiting-provisioning", "wartet auf Einrichtung"},
        {"active", "eingerichtet"},
        {"suspended", "ausgesetzt"},
        {"expired", "abgelaufen"},
        {"cancelled", "abgeschaltet"},
        {"error", "gestört"},
        {"rejected", "zurückgewiesen"},
        {"invalid", "ungültig"},
    };
    return all;
}

std::span<const Word> words(Scope)
{
    static constexpr Word all[] = {
        {"iri", "nur Ereignisdaten"},
        {"iri-and-cc", "Ereignisdaten und Inhalt"},
    };
    return all;
}

std::span<const Word> words(Channel)
{
    static constexpr Word all[] = {
        {"original", "Original oder beglaubigte Abschrift"},
        {"electronic", "vorab auf gesichertem elektronischem Weg"},
        {"fax", "vorab per Telefax"},
    };
    return all;
}

std::span<const Word> words(LegalBasis)
{
    static constexpr Word all[] = {
        {"none", ""},
        {"stpo-100a", "§ 100a StPO"},
        {"g10-3", "§ 3 G 10"},
        {"g10-5", "§ 5 G 10"},
        {"zfdg-72", "§ 72 ZFdG"},
        {"bkag-51", "§ 51 BKAG"},
        {"state-law", "Landesrecht"},
    };
    return all;
}

std::span<const Word> words(Profile)
{
    static constexpr Word all[] = {
        {"etsi-tcp", "ETSI TS 102 232-2 über TCP"},
        {"etsi-ftp-file", "ETSI TS 102 232-2 als Datei"},
        {"de-xml-ftp", "nationales XML als Datei"},
        {"cd", "Datenträger"},
    };
    return all;
}

std::span<const Word> words(Method)
{
    static constexpr Word all[] = {
        {"ftp", "FTP"}, {"ftps", "FTPS"}, {"sftp", "SFTP"},
        {"tcp", "TCP"}, {"tls", "TLS"},   {"cd", "Datenträger"},
    };
    return all;
}

std::span<const Word> words(Records)
{
    static constexpr Word all[] = {
        {"begin-end", "Beginn, Fortsetzung, Ende"},
        {"report", "Einzelmeldungen"},
    };
    return all;
}

std::span<const Word> words(Kind)
{
    static constexpr Word all[] = {
        {"address", "Adresse"},
        {"login", "Anmeldename"},
        {"mailbox", "Postfach"},
    };
    return all;
}

std::span<const Word> words(ChangeKind)
{
    static constexpr Word all[] = {
        {"extension", "Verlängerung"},
        {"redirection", "anderes Ziel der Übermittlung"},
        {"suspension", "Aussetzung"},
        {"resumption", "Fortsetzung"},
        {"lapse", "Verlängerung hinfällig"},
    };
    return all;
}

std::string hex(const Handle& handle)
{
    return text::hex({reinterpret_cast<const char*>(handle.data()), handle.size()});
}

std::optional<Handle> parse_handle(std::string_view hex)
{
    const auto bytes = text::from_hex(hex);
    Handle handle{};
    if (!bytes || bytes->size() != handle.size())
        return std::nullopt;
    std::ranges::copy(*bytes, handle.begin());
    return handle;
}

std::string to_text(const Peer& peer)
{
    const bool v6 = peer.host.contains(':');
    const std::string host = v6 ? '[' + peer.host + ']' : peer.host;
    return peer.port == 0 ? host : host + ':' + std::to_string(peer.port);
}

} // namespace li
