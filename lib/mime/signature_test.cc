// SPDX-License-Identifier: Apache-2.0
#include "mime/signature.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace std::string_literals;

namespace {

std::string member(const std::string& name, const std::string& content = "x")
{
    std::string out = "PK\3\4"s + std::string(22, '\0');
    out += static_cast<char>(name.size());
    out += "\0\0\0"s;
    return out + name + content;
}

} // namespace

TEST_CASE("mime: types by content")
{
    const std::string office = "application/vnd.openxmlformats-officedocument";
    struct Row {
        std::string front;
        std::string type;
    };
    const std::vector<Row> rows = {
        {"", "application/x-empty"},
        {"hello\r\n", "text/plain"},
        {"a\0b"s, "application/octet-stream"},
        {"\xe4\xf6\xfc caf\xe9", "text/plain"},
        {"%PDF-1.7\n", "application/pdf"},
        {"\r\njunk %PDF-1.4\n\0\0"s, "application/pdf"},
        {"{\\rtf1", "text/rtf"},
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"s, "application/x-ole-storage"},
        {"MZ\x90\0\3\0"s, "application/x-dosexec"},
        {"\x7f"
         "ELF\2\1"s,
         "application/x-executable"},
        {"#!/bin/sh\n", "text/x-shellscript"},
        {"\x4c\0\0\0\x01\x14\x02\0\0"s, "application/x-ms-shortcut"},
        {"\x78\x9f\x3e\x22\0"s, "application/ms-tnef"},
        {"Rar!\x1a\x07\x01\0"s, "application/x-rar"},
        {"7z\xbc\xaf\x27\x1c\0"s, "application/x-7z-compressed"},
        {"\x1f\x8b\x08\0"s, "application/gzip"},
        {"\x89PNG\r\n\x1a\n\0"s, "image/png"},
        {"\xff\xd8\xff\xe0\0"s, "image/jpeg"},
        {"GIF89a\1\0"s, "image/gif"},
        {"RIFF\1\2\3\4WEBPVP8 "s, "image/webp"},
        {"\0\0\0\x18"
         "ftypisom"s,
         "video/mp4"},
        {"\x30\x82\x01\x02\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"s,
         "application/pkcs7-mime"},
        {"-----BEGIN PGP SIGNATURE-----\n", "application/pgp-signature"},
        {std::string(257, '\0') + "ustar", "application/x-tar"},
        {std::string(32769, '\0') + "CD001", "application/x-iso9660-image"},
        {std::string(32769, '\0') + "CD00", "application/octet-stream"},
        {"<!DOCTYPE HTML>", "text/html"},
        {"\xef\xbb\xbf\r\n  <HTML>", "text/html"},
        {"<?xml version=\"1.0\"?><a/>", "text/xml"},
        {"<?xml version=\"1.0\"?><svg/>", "image/svg+xml"},
        {"BEGIN:VCALENDAR\r\n", "text/calendar"},
        {"BEGIN:VCARD\r\n", "text/vcard"},
        {"Received: from a by b\r\n", "message/rfc822"},
        {"\xff\xfe"
         "a\0"s,
         "text/plain"},
        {"PK\5\6"s + std::string(18, '\0'), "application/zip"},
        {"PK\3\4", "application/zip"},
        {member("a.txt"), "application/zip"},
        {member("a.txt") + member("word/document.xml"),
         office + ".wordprocessingml.document"},
        {member("[Content_Types].xml") + member("_rels/.rels") + member("xl/workbook.xml"),
         office + ".spreadsheetml.sheet"},
        {member("ppt/a.xml"), office + ".presentationml.presentation"},
        {member("[Content_Types].xml"), office},
        {member("META-INF/MANIFEST.MF"), "application/java-archive"},
        {member("mimetype", "application/vnd.oasis.opendocument.text") + member("a"),
         "application/vnd.oasis.opendocument.text"},
        {member("mimetype", "application/epub+zip"), "application/epub+zip"},
        {member("mimetype", "nonsense"), "application/zip"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.front.substr(0, 40));
        CHECK(mime::type_of(row.front) == row.type);
    }
}

TEST_CASE("mime: the front of any file, cut anywhere, has a type")
{
    const std::string archive = member("[Content_Types].xml") + member("mimetype") + "%PDF";
    for (std::size_t size = 0; size <= archive.size(); ++size)
        CHECK_FALSE(mime::type_of(archive.substr(0, size)).empty());
}

TEST_CASE("mime: images of discs are told from further behind")
{
    CHECK(mime::octets_wanted(std::string(4096, '\0')) == 32774);
    CHECK(mime::octets_wanted(std::string(510, 'x') + "\x55\xaa") == 32774);
    CHECK(mime::octets_wanted(std::string(4096, 'x')) == 0);
    CHECK(mime::octets_wanted(std::string(100, '\0')) == 0);
}
