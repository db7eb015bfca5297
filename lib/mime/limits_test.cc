// SPDX-License-Identifier: Apache-2.0
// What hostile mails cost: what the limits say, and time that grows with the octets.
#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"
#include "mime/samples_test.h"
#include "mime/summary.h"
#include "text/lines.h"

#include <ctime>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <functional>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

using mime::Limits;
using mime::Summary;
using mime_test::listed;
using mime_test::message;

namespace {

std::string repeated(std::string_view text, std::size_t size)
{
    std::string out;
    out.reserve(size + text.size());
    while (out.size() < size)
        out += text;
    return out;
}

std::string multiparts_within(std::size_t count)
{
    std::string out;
    for (std::size_t number = 0; number < count; ++number) {
        const std::string boundary = "b" + std::to_string(number) + "e";
        out += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" +
               boundary + "\r\n";
    }
    return out;
}

std::string parts_of(std::size_t count, std::string_view part)
{
    std::string out = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (std::size_t number = 0; number < count; ++number)
        out.append("--b\r\n").append(part).append("\r\n");
    return out + "--b--\r\n";
}

// The most memory of this process so far, in kB.
std::size_t peak()
{
    const std::string status = base::read_file("/proc/self/status");
    return std::stoul(status.substr(status.find("VmHWM:") + 6));
}

// By how much it rises.
std::size_t memory_for(const std::function<void()>& work)
{
    ::malloc_trim(0); // room that is free already would not be counted
    const base::Fd marks(::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC));
    REQUIRE(::write(marks.get(), "5", 1) == 1); // proc(5): the peak begins anew
    const std::size_t before = peak();
    work();
    return peak() - before;
}

// Of this thread's processor, the least of a few turns: others may be at work.
double seconds_for(const std::string& mail)
{
    double least = 1e9;
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    Limits limits; // so wide that nothing but the code itself bounds the work
    limits.header = limits.field = limits.name = limits.subject = 1 << 30;
    limits.parts = limits.attachments = 1 << 30;
    for (int turn = 0; turn < 3; ++turn) {
        const double begin = now();
        (void)mime::summarise(mail, limits);
        least = std::min(least, now() - begin);
    }
    return least;
}

} // namespace

TEST_CASE("mime: what is beyond a limit is not looked at, and that is said")
{
    Limits limits;
    const auto read = [&](const std::string& mail) {
        const Summary found = mime::summarise(mail, limits);
        CHECK(found.incomplete);
        return found;
    };
    const std::string part = "Content-Type: a/b\r\n\r\nabc";
    SUBCASE("parts")
    {
        limits.parts = 4; // the message is one
        CHECK_FALSE(mime::summarise(parts_of(3, part), limits).incomplete);
        CHECK(read(parts_of(4, part)).attachments.size() == 3);
        CHECK_FALSE(read(parts_of(4, part)).broken);
    }
    SUBCASE("attachments")
    {
        limits.attachments = 2;
        CHECK_FALSE(mime::summarise(parts_of(2, part), limits).incomplete);
        const Summary found = read(parts_of(3, part));
        CHECK(listed(found) == "|a/b|text/plain|3\n|a/b|text/plain|3\n");
        const std::string files = repeated("begin 644 a\r\n#86)C\r\nend\r\n", 1000);
        CHECK(read("\r\n" + files).attachments.size() == 2);
        CHECK(read("Content-Type: multipart/digest; boundary=b\r\n\r\n" +
                   repeated("--b\r\nContent-Type: message/rfc822; name=a\r\n\r\n\r\n\r\n",
                            1000))
                  .attachments.size() == 2);
    }
    SUBCASE("depth")
    {
        limits.depth = 3;
        CHECK_FALSE(mime::summarise(multiparts_within(3) + "\r\n", limits).incomplete);
        const Summary found = read(multiparts_within(5) + part);
        REQUIRE(found.attachments.size() == 1);
        CHECK(found.attachments[0].declared == "multipart/mixed");
        CHECK(read(repeated("Content-Type: message/rfc822\r\n\r\n", 1000))
                  .attachments.size() == 1);
    }
    SUBCASE("texts")
    {
        limits.subject = 7;
        limits.name = 4;
        limits.message_id = 5;
        const Summary found = read("Subject: ääää\r\nMessage-ID: <12345>\r\n"
                                   "Content-Type: a/b; name=üüü\r\n\r\n");
        CHECK(found.subject == "äää");
        CHECK(found.message_id == "<1234");
        CHECK(found.attachments.at(0).name == "üü");
    }
    SUBCASE("a field")
    {
        limits.field = 10;
        CHECK(read("Subject: 1234567890\r\nFrom: a\r\n\r\n").subject == "123456789");
        CHECK(read("Subject: 123\r\n 456\r\n 789\r\nFrom: a\r\n\r\n").subject ==
              "123 456 7");
        CHECK(read("Subject: 1234567890\r\nFrom: a@b\r\n\r\n").from == "a@b");
    }
    SUBCASE("a header")
    {
        limits.header = 30;
        const Summary found = read("X: " + std::string(20, 'x') +
                                   "\r\nSubject: a\r\nContent-Type: a/b\r\n\r\nabc");
        CHECK(found.subject.empty());
        CHECK(found.attachments.empty());
    }
    SUBCASE("input")
    {
        const std::string mail = "Content-Type: a/b\r\n\r\n" + std::string(100, 'x');
        limits.input = 71;
        CHECK(read(mail).attachments.at(0).size == 50);
        // not if nothing beyond it matters
        const std::string whole = parts_of(1, part);
        limits.input = whole.size();
        CHECK_FALSE(mime::summarise(whole + mail, limits).incomplete);
    }
}

TEST_CASE("mime: a megabyte of subject")
{
    const Summary found =
        mime::summarise("Subject: " + repeated("ä", 1 << 20) + "\r\nFrom: a\r\n\r\n");
    CHECK(found.subject.size() == 1000);
    CHECK(text::is_utf8(found.subject));
    CHECK(found.incomplete);
}

TEST_CASE("mime: time grows with the octets, whatever they are")
{
    const auto grown = [](const std::function<std::string(std::size_t)>& mail) {
        return seconds_for(mail(std::size_t{1} << 17)) /
               seconds_for(mail(std::size_t{1} << 13));
    };
    const auto field = [](std::string name, std::string text) {
        return [=](std::size_t size) { return name + repeated(text, size) + "\r\n\r\n"; };
    };
    const std::string type = "Content-Type: a/b;";
    // Sixteen times the octets: sixteen times the work where it is linear, 256 times where
    // it is not.
    for (const auto& mail : {
             field("Subject: ", "=?a?q?x"),
             field("Subject: ", "=?utf-8?q?x?= "),
             field("Subject: ", "=?=?"),
             field("From: ", "\"<=?"),
             field(type, " name*1=a;"),
             field(type, "a=b;"),
             field(type, "("),
             field(type + "name=\"", "\\\""),
             field("Subject: a\r\n", "a:\r\n"),
             field("Subject: a\r\n", " a\r\n"),
             field("\r\n", "begin 644 a\n!AAAA\nend\n"),
             field(multiparts_within(50), "--b1e-\r\n"),
             field("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n"),
             field("Content-Type: a/b\r\n\r\n", "\n"),
         })
        CHECK(grown(mail) < 80);
}

TEST_CASE("mime: hostile mails within the usual limits")
{
    CHECK(mime::summarise(multiparts_within(20000)).attachments.size() == 1);
    CHECK(mime::summarise(parts_of(200000, "\r\n")).incomplete);
    CHECK(mime::summarise("Content-Type: a/b;" + repeated("a=b;", 400000)).incomplete);
    CHECK(mime::summarise("Content-Type: a/b; name*0=a;" + repeated("name*1=b;", 900000))
              .attachments.at(0)
              .name == "ab");
    CHECK(mime::summarise(repeated("Content-Type: message/rfc822\r\n\r\n", 640000))
              .incomplete);
    CHECK(mime::summarise(std::string(1 << 20, '\0')).broken);
}

TEST_CASE("mime: a file is read through a window, whatever its size")
{
    const base::Fd file(::memfd_create("mail", MFD_CLOEXEC));
    REQUIRE(file);
    const std::string begin = "X: y\r\nContent-Type: a/b; name=a\r\n\r\n";
    constexpr off_t size = off_t{100} << 20;
    REQUIRE(::pwrite(file.get(), begin.data(), begin.size(), 3) ==
            static_cast<ssize_t>(begin.size()));
    REQUIRE(::ftruncate(file.get(), 3 + size) == 0); // one line of zeros

    Summary found;
    CHECK(memory_for([&] { found = mime::summarise(file.get(), 3, size); }) < 2 << 10);
    CHECK(found.attachments.at(0).size == size - static_cast<off_t>(begin.size()));

    // The file ends before what was announced.
    CHECK(mime::summarise(file.get(), 3, 2 * size) == found);
    CHECK(mime::summarise(file.get(), 3 + size, 100) == Summary{});
    CHECK_THROWS_AS((void)mime::summarise(-1, 0, 100), base::Failure);
}

TEST_CASE("mime: memory does not grow with lines, parts and files in text")
{
    const std::string file = "begin 644 a\r\n#86)C\r\nend\r\n";
    const auto mail = [](std::string_view header, std::string_view rest) {
        return std::string(header) + "\r\n" + repeated(rest, 8 << 20);
    };
    const std::string multipart = "Content-Type: multipart/mixed; boundary=b\r\n";
    for (const std::string& one :
         {mail("Subject: a\r\n", "a line\r\n"), mail("Subject: a\r\n", file),
          mail("Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n", "YWJj\r\n"),
          mail("Content-Type: a/b\r\nContent-Transfer-Encoding: uuencode\r\n", file),
          mail(multipart, "--b\r\nContent-Type: a/b; name=a\r\n\r\nabc\r\n"),
          mail(multipart, "--b\r\n\r\na line\r\n"), mail("", "Subject: a\r\n")})
        CHECK(memory_for([&] { (void)mime::summarise(one); }) < 2 << 10);
}

TEST_CASE("mime: the same of a file as of octets, wherever its window ends")
{
    const std::string filler = repeated("a line of text, as long as others are\r\n", 65000);
    for (std::size_t shift = 0; shift < 700; shift += 3) {
        const std::string mail = "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
                                 filler + std::string(shift, 'x') + "\r\n" +
                                 parts_of(2, message(mime_test::rich));
        const base::Fd file(::memfd_create("mail", MFD_CLOEXEC));
        REQUIRE(::write(file.get(), mail.data(), mail.size()) ==
                static_cast<ssize_t>(mail.size()));
        const Summary found = mime::summarise(file.get(), 0, mail.size());
        CHECK(found.attachments.size() == 10);
        CHECK(found == mime::summarise(mail));
    }
}
