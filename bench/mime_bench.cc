// SPDX-License-Identifier: Apache-2.0
// bench/mime_bench.cc - what reading mails for a journal costs: messages per second.
//
//     bench-mime_bench [BYTES [SECONDS]]
//
// Mails of about BYTES (38000) of several kinds, on one core.
#include "base/fd.h"
#include "base/file.h"
#include "mime/summary.h"
#include "text/base64.h"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <sys/mman.h>

namespace {

constexpr std::string_view header =
    "Received: from mail.example.org (mail.example.org [192.0.2.1])\r\n"
    "\tby mx.example.net with ESMTPS id 4ZxY; Mon, 23 Nov 2026 08:00:00 +0000\r\n"
    "From: =?utf-8?Q?J=C3=BCrgen_M=C3=BCller?= <juergen@example.org>\r\n"
    "To: somebody@example.net\r\n"
    "Subject: =?utf-8?B?RGllIFVudGVybGFnZW4gZsO8ciBuw6RjaHN0ZSBXb2NoZQ==?=\r\n"
    "Message-ID: <20261123080000.4ZxY@example.org>\r\n"
    "MIME-Version: 1.0\r\n";

std::string lines(std::size_t size)
{
    std::string out;
    while (out.size() < size)
        out +=
            "All work and no play makes Jack a dull boy, and the mail is long enough.\r\n";
    return out;
}

std::string random_octets(std::size_t size)
{
    std::mt19937 engine(1);
    std::string out;
    while (out.size() < size)
        out += static_cast<char>(engine());
    return out;
}

std::string in_base64(std::string_view octets)
{
    const std::string all = text::base64(octets);
    std::string out;
    for (std::size_t at = 0; at < all.size(); at += 76)
        out.append(all, at, 76).append("\r\n");
    return out;
}

std::string text_mail(std::size_t size)
{
    return std::string(header) + "Content-Type: text/plain; charset=utf-8\r\n\r\n" +
           lines(size);
}

std::string mail_with_pdf(std::size_t size)
{
    return std::string(header) +
           "Content-Type: multipart/mixed; boundary=\"b-o-u-n-d\"\r\n\r\n" +
           "--b-o-u-n-d\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + lines(2000) +
           "\r\n--b-o-u-n-d\r\nContent-Type: application/pdf; name=\"Angebot.pdf\"\r\n"
           "Content-Disposition: attachment; filename*=utf-8''Angebot%20f%C3%BCr.pdf\r\n"
           "Content-Transfer-Encoding: base64\r\n\r\n" +
           in_base64("%PDF-1.7\n" + random_octets((size - 2500) * 37 / 50)) +
           "\r\n--b-o-u-n-d--\r\n";
}

std::string quoted_printable_mail(std::size_t size)
{
    std::string body;
    while (body.size() < size - 600)
        body +=
            "Die Pr=C3=BCfung f=C3=BCr n=C3=A4chste Woche ist verschoben, weil es =\r\n";
    return std::string(header) +
           "Content-Type: text/html; name=\"Seite.html\"\r\n"
           "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
           body;
}

std::string mail_of_parts(std::size_t size)
{
    std::string out =
        std::string(header) + "Content-Type: multipart/mixed; boundary=bbb\r\n\r\n";
    for (int number = 1; out.size() < size; ++number)
        out +=
            fmt::format("--bbb\r\nContent-Type: image/png; name=\"image{0:03}.png\"\r\n"
                        "Content-Disposition: inline; filename=\"image{0:03}.png\"\r\n"
                        "Content-ID: <{0}@example.org>\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\n"
                        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk\r\n",
                        number);
    return out + "--bbb--\r\n";
}

// Time of the processor, not of the clock: others may be at work.
double seconds_spent()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// As a journal reads them: out of a file that is in memory still.
void measure(std::string_view what, const std::string& mail, double seconds)
{
    const base::Fd file(::memfd_create("mail", MFD_CLOEXEC));
    base::write_all(file.get(), mail, "mail");
    const double begin = seconds_spent();
    double spent = 0;
    std::size_t count = 0;
    std::size_t attachments = 0;
    while (spent < seconds) {
        for (int turn = 0; turn < 50; ++turn)
            attachments += mime::summarise(file.get(), 0, mail.size()).attachments.size();
        count += 50;
        spent = seconds_spent() - begin;
    }
    const auto number = static_cast<double>(count);
    fmt::print("{:<28} {:4} attachments {:8.0f} messages/s {:8.1f} us each {:6.0f} MB/s\n",
               what, attachments / count, number / spent, spent * 1e6 / number,
               number * static_cast<double>(mail.size()) / spent / 1e6);
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t size = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 38000;
    const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 1;
    if (size < 4000)
        return 64;
    mime::prepare();
    measure("plain text", text_mail(size), seconds);
    measure("PDF in base64", mail_with_pdf(size), seconds);
    measure("HTML in quoted-printable", quoted_printable_mail(size), seconds);
    measure("many pictures", mail_of_parts(size), seconds);
    return 0;
}
