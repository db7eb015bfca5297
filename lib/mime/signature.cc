// SPDX-License-Identifier: Apache-2.0
#include "mime/signature.h"

#include "text/lines.h"

#include <algorithm>
#include <array>

namespace mime {

namespace {

constexpr std::size_t disc_mark = 32769; // ECMA-119 section 6.2.1 and 8.1
constexpr std::size_t disc_front = disc_mark + 5;

using std::string_view_literals::operator""sv;

struct Signature {
    std::size_t at;
    std::string_view octets;
    std::string_view type;
};

// The first that fits counts.
constexpr std::array signatures = std::to_array<Signature>({
    // documents
    {0, "{\\rtf"sv, "text/rtf"},
    {0, "%!PS"sv, "application/postscript"},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "application/x-ole-storage"},
    {0, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d"sv, "application/onenote"},
    {4, "Standard Jet DB"sv, "application/x-msaccess"},
    {4, "Standard ACE DB"sv, "application/x-msaccess"},
    {0, "!BDN"sv, "application/vnd.ms-outlook"},
    {0, "\x78\x9f\x3e\x22"sv, "application/ms-tnef"},
    // programs
    {0, "MZ"sv, "application/x-dosexec"},
    {0,
     "\x7f"
     "ELF"sv,
     "application/x-executable"},
    {0, "\xfe\xed\xfa\xce"sv, "application/x-mach-binary"},
    {0, "\xfe\xed\xfa\xcf"sv, "application/x-mach-binary"},
    {0, "\xce\xfa\xed\xfe"sv, "application/x-mach-binary"},
    {0, "\xcf\xfa\xed\xfe"sv, "application/x-mach-binary"},
    {0, "\xca\xfe\xba\xbe"sv, "application/x-java-applet"},
    {0, "dex\n"sv, "application/vnd.android.dex"},
    {0, "\0asm"sv, "application/wasm"},
    {0, "\x4c\0\0\0\x01\x14\x02\0"sv, "application/x-ms-shortcut"},
    {0, "ITSF"sv, "application/vnd.ms-htmlhelp"},
    {0, "#!"sv, "text/x-shellscript"},
    // archives and images of discs
    {0, "Rar!\x1a\x07"sv, "application/x-rar"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "application/x-7z-compressed"},
    {0, "\x1f\x8b"sv, "application/gzip"},
    {0, "BZh"sv, "application/x-bzip2"},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     "application/x-xz"},
    {0, "\x28\xb5\x2f\xfd"sv, "application/zstd"},
    {0, "\x1f\x9d"sv, "application/x-compress"},
    {0, "MSCF"sv, "application/vnd.ms-cab-compressed"},
    {0, "\x60\xea"sv, "application/x-arj"},
    {7, "**ACE**"sv, "application/x-ace-compressed"},
    {2, "-lh"sv, "application/x-lha"},
    {257, "ustar"sv, "application/x-tar"},
    {0, "conectix"sv, "application/x-vhd"},
    {0, "vhdxfile"sv, "application/x-vhdx"},
    {disc_mark, "CD001"sv, "application/x-iso9660-image"},
    // pictures, sound, films
    {0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    {0, "\xff\xd8\xff"sv, "image/jpeg"},
    {0, "GIF8"sv, "image/gif"},
    {0, "II*\0"sv, "image/tiff"},
    {0, "MM\0*"sv, "image/tiff"},
    {0, "\0\0\1\0"sv, "image/vnd.microsoft.icon"},
    {8, "WEBP"sv, "image/webp"},
    {8, "WAVE"sv, "audio/x-wav"},
    {8, "AVI "sv, "video/x-msvideo"},
    {4, "ftypheic"sv, "image/heic"},
    {4, "ftypM4A"sv, "audio/mp4"},
    {4, "ftypqt"sv, "video/quicktime"},
    {4, "ftyp"sv, "video/mp4"},
    {0, "ID3"sv, "audio/mpeg"},
    {0, "OggS"sv, "application/ogg"},
    {0, "fLaC"sv, "audio/flac"},
    {0, "\x1a\x45\xdf\xa3"sv, "video/x-matroska"},
    // keys and signatures
    {0, "-----BEGIN PGP MESSAGE-----"sv, "application/pgp-encrypted"},
    {0, "-----BEGIN PGP SIGNATURE-----"sv, "application/pgp-signature"},
    {0, "-----BEGIN PGP PUBLIC KEY BLOCK-----"sv, "application/pgp-keys"},
});

bool stands_at(std::string_view front, std::size_t at, std::string_view octets)
{
    return front.size() >= at + octets.size() && front.substr(at, octets.size()) == octets;
}

std::size_t number_at(std::string_view front, std::size_t at)
{
    return static_cast<unsigned char>(front[at]) |
           (static_cast<std::size_t>(static_cast<unsigned char>(front[at + 1])) << 8);
}

// What kind of document has a member of this name in its ZIP archive.
std::string_view kind_of_member(std::string_view name)
{
    if (name.starts_with("word/"))
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    if (name.starts_with("xl/"))
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    if (name.starts_with("ppt/"))
        return "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    if (name == "AndroidManifest.xml")
        return "application/vnd.android.package-archive";
    if (name.starts_with("META-INF/MANIFEST.MF"))
        return "application/java-archive";
    return {};
}

// OpenDocument and EPUB: the first member is called "mimetype", is stored as it is, and
// says it.
std::string_view stated_type(std::string_view front)
{
    constexpr std::string_view name = "mimetype";
    if (!stands_at(front, 30, name))
        return {};
    std::string_view said = front.substr(30 + name.size());
    constexpr std::array known = std::to_array<std::string_view>({
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.graphics",
        "application/epub+zip",
    });
    for (const std::string_view type : known)
        if (said.starts_with(type))
            return type;
    return {};
}

// Goes from one local header to the next by their mark, not by their sizes, which may be
// missing (APPNOTE 4.4.4, bit 3).
std::string_view type_of_zip(std::string_view front)
{
    constexpr std::string_view mark = "PK\3\4";
    constexpr std::size_t header = 30;
    if (const std::string_view type = stated_type(front); !type.empty())
        return type;
    bool office = false;
    for (std::size_t at = 0; at != std::string_view::npos; at = front.find(mark, at + 4)) {
        if (front.size() < at + header)
            break;
        const std::string_view name =
            front.substr(at + header, number_at(front, at + header - 4));
        if (const std::string_view kind = kind_of_member(name); !kind.empty())
            return kind;
        office |= name == "[Content_Types].xml";
    }
    return office ? "application/vnd.openxmlformats-officedocument" : "application/zip";
}

// DER: a SEQUENCE that begins with the object identifier of PKCS #7 (RFC 5652 section 4).
bool is_pkcs7(std::string_view front)
{
    const std::size_t found =
        front.substr(0, 24).find("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"sv);
    return front.starts_with('\x30') && found != std::string_view::npos && found <= 6;
}

bool begins_with_word(std::string_view text, std::string_view word)
{
    return text.size() >= word.size() &&
           text::equal_ignoring_case(text.substr(0, word.size()), word);
}

// Octets that text has: none of the control characters but those of typewriters.
bool is_text(std::string_view front)
{
    return std::ranges::none_of(front, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return (octet < 0x20 && (octet < 0x07 || octet > 0x0d) && octet != 0x1b) ||
               octet == 0x7f;
    });
}

std::string_view type_of_text(std::string_view front)
{
    constexpr std::array html = std::to_array<std::string_view>(
        {"<!doctype html", "<html", "<head", "<body", "<script", "<title", "<table", "<div",
         "<iframe", "<meta", "<style"});
    constexpr std::array mail = std::to_array<std::string_view>(
        {"Received: ", "Return-Path: ", "From: ", "Delivered-To: ", "Message-ID: ",
         "DKIM-Signature: ", "MIME-Version: "});
    if (front.starts_with("\xef\xbb\xbf"))
        front.remove_prefix(3);
    front.remove_prefix(std::min(front.find_first_not_of(" \t\r\n"), front.size()));
    const auto begins = [&](std::string_view word) {
        return begins_with_word(front, word);
    };
    if (std::ranges::any_of(html, begins))
        return "text/html";
    if (begins("<svg"))
        return "image/svg+xml";
    if (begins("<?xml"))
        return front.contains("<svg") ? "image/svg+xml" : "text/xml";
    if (begins("BEGIN:VCALENDAR"))
        return "text/calendar";
    if (begins("BEGIN:VCARD"))
        return "text/vcard";
    return std::ranges::any_of(mail, begins) ? "message/rfc822" : "text/plain";
}

} // namespace

// In front of the mark of an ISO 9660 image stand zeros, or the boot record of a disc.
std::size_t octets_wanted(std::string_view front)
{
    if (front.size() < 512)
        return 0;
    const bool zeros =
        std::ranges::all_of(front.substr(0, 512), [](char c) { return c == 0; });
    return zeros || stands_at(front, 510, "\x55\xaa"sv) ? disc_front : 0;
}

std::string_view type_of(std::string_view front)
{
    if (front.empty())
        return "application/x-empty";
    if (front.starts_with("PK\3\4"))
        return type_of_zip(front);
    if (front.starts_with("PK\5\6"))
        return "application/zip";
    // Readers look for this in the first 1024 octets (ISO 32000-1 annex H, note 13).
    if (front.substr(0, 1024).contains("%PDF-"))
        return "application/pdf";
    for (const Signature& signature : signatures)
        if (stands_at(front, signature.at, signature.octets))
            return signature.type;
    if (front.starts_with("BM") && stands_at(front, 6, "\0\0\0\0"sv))
        return "image/bmp";
    if (is_pkcs7(front))
        return "application/pkcs7-mime";
    if (front.starts_with("\xff\xfe") || front.starts_with("\xfe\xff")) // UTF-16
        return "text/plain";
    return is_text(front) ? type_of_text(front) : "application/octet-stream";
}

} // namespace mime
