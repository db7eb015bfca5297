// SPDX-License-Identifier: Apache-2.0
// mime/samples_test.h - mails for the tests of this folder.
#pragma once

#include "mime/summary.h"

#include <string>
#include <string_view>

namespace mime_test {

// Written with LF, sent with CRLF.
inline std::string message(std::string_view lines)
{
    std::string out;
    for (const char c : lines) {
        if (c == '\n')
            out += '\r';
        out += c;
    }
    return out;
}

// name|declared|type|size
inline std::string listed(const mime::Summary& summary)
{
    std::string out;
    for (const mime::Attachment& one : summary.attachments)
        out += one.name + "|" + one.declared + "|" + one.type + "|" +
               std::to_string(one.size) + "\n";
    return out;
}

// A bit of everything.
inline constexpr std::string_view rich =
    "From: =?utf-8?Q?J=C3=BCrgen?= <j@b>\n"
    "Subject: =?iso-8859-1?Q?M=E4rz?=\n"
    "Message-ID: <1@b>\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=\"out er\"\n"
    "\n"
    "preamble\n"
    "--out er\n"
    "Content-Type: multipart/alternative; boundary=in\n"
    "\n"
    "--in\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "\n"
    "Hello\n"
    "--in\n"
    "Content-Type: multipart/related; boundary=inner\n"
    "\n"
    "--inner\n"
    "Content-Type: text/html\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "\n"
    "<p>=C3=A4\n"
    "--inner\n"
    "Content-Type: image/png\n"
    "Content-ID: <logo@b>\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "iVBORw0KGgo=\n"
    "--inner--\n"
    "--in--\n"
    "--out er\n"
    "Content-Type: application/octet-stream;\n"
    " name*0*=utf-8''M%C3%A4r;\n"
    " name*1=z.pdf\n"
    "Content-Disposition: attachment; filename=\"=?utf-8?B?TcOkcno=?=.pdf\"\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "JVBERi0x\n"
    "LjcK\n"
    "--out er\n"
    "Content-Type: message/rfc822\n"
    "Content-Disposition: attachment; filename=old.eml\n"
    "\n"
    "Subject: old\n"
    "Content-Type: text/csv; name=\"a.csv\"\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "\n"
    "a;=\n"
    "b=3B\n"
    "--out er\n"
    "\n"
    "begin 644 c.txt\n"
    "#86)C\n"
    "`\n"
    "end\n"
    "--out er--\n"
    "epilogue\n";
inline constexpr std::string_view rich_list = "|image/png|image/png|8\n"
                                              "März.pdf|application/octet-stream|"
                                              "application/pdf|9\n"
                                              "old.eml|message/rfc822|message/rfc822|108\n"
                                              "a.csv|text/csv|text/plain|4\n"
                                              "c.txt||text/plain|3\n";

} // namespace mime_test
