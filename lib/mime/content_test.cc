// SPDX-License-Identifier: Apache-2.0
#include "mime/content.h"

#include <doctest/doctest.h>
#include <vector>

using namespace std::string_literals;
using mime::Content;
using mime::Encoding;

namespace {

// The same however the body is cut, and however much of it is wanted.
std::string decoded(Encoding encoding, std::string_view body)
{
    Content whole(encoding, 1 << 20);
    whole.take(body);
    whole.finish();
    CHECK(whole.size() == whole.front().size());
    for (const std::size_t piece : {1, 2, 3, 5}) {
        for (const std::size_t wanted : {0, 1, 4, 1000}) {
            Content content(encoding, wanted);
            for (std::size_t at = 0; at < body.size(); at += piece)
                content.take(body.substr(at, piece));
            content.finish();
            CHECK(content.size() == whole.size());
            CHECK(content.front() == whole.front().substr(0, wanted));
        }
    }
    return whole.front();
}

} // namespace

TEST_CASE("mime: bodies in base64")
{
    const auto base64 = [](std::string_view body) {
        return decoded(Encoding::base64, body);
    };
    CHECK(base64("").empty());
    CHECK(base64("YWJj") == "abc");
    CHECK(base64("YWI=") == "ab");
    CHECK(base64("YQ==") == "a");
    CHECK(base64("YW\r\nJ j\r\n") == "abc");
    CHECK(base64("Y!W-J_j") == "abc"); // RFC 2045 section 6.8: others are skipped
    CHECK(base64("YWJjZA") == "abcd"); // the end is missing
    CHECK(base64("YWJjZGU") == "abcde");
    CHECK(base64("YWJjZ") == "abc"); // six bits are no octet
    CHECK(base64("YQ==YWJj") == "a");
    CHECK(base64("YQ=\r\n=\r\n-- \r\nlist") == "a");
    CHECK(base64("=YWJj").empty());
    CHECK(base64("Y=WJj").empty());
}

TEST_CASE("mime: bodies in quoted-printable")
{
    const auto quoted = [](std::string_view body) {
        return decoded(Encoding::quoted_printable, body);
    };
    CHECK(quoted("").empty());
    CHECK(quoted("a=41b=e4=E4") == "aAb\xe4\xe4");
    CHECK(quoted("a=\r\nb=\nc") == "abc");
    CHECK(quoted("a\r\nb\n") == "a\r\nb\n");
    CHECK(quoted("a  \r\nb") == "a  \r\nb");
    CHECK(quoted("a=zzb=4gc") == "a=zzb=4gc");
    CHECK(quoted("===41") == "===41");
    CHECK(quoted("a=") == "a");
    CHECK(quoted("a=4") == "a");
    CHECK(quoted("a=\r") == "a");
    CHECK(quoted("a= \r\nb") == "a= \r\nb");
}

TEST_CASE("mime: bodies in uuencode")
{
    const auto uu = [](std::string_view body) { return decoded(Encoding::uuencode, body); };
    CHECK(uu("begin 644 a.txt\n#86)C\n`\nend\n") == "abc");
    CHECK(uu("begin 644 a.txt\r\n#86)C\r\n \r\nend\r\n") == "abc");
    CHECK(uu("hello\n\nbegin 644 a\n#86)C\n#86)C\nend\nmore\n#86)C\n") == "abcabc");
    CHECK(uu("begin 644 a\n!80``\n`\nend") == "a");
    CHECK(uu("begin 644 a\n#86)CZZ\n`\nend") == "abc"); // with a checksum
    CHECK(uu("begin 644 a\n#86)C") == "abc");
    // blanks at the ends of lines were lost
    CHECK(uu("begin 644 a\n)86)C9&5F\n#86)C\n\nend\n") == "abcdef\0\0\0abc"s);
    CHECK(uu("begin 644 a\n#80\nM\n#86)C\n`\nend\n") ==
          "a\0\0"s + std::string(45, '\0') + "abc");
    CHECK(uu("#86)C\n").empty());
    CHECK(uu("").empty());
    Content content(Encoding::uuencode, 100);
    content.take("begin 644 my file.txt\n");
    CHECK(content.name() == "my file.txt");
}

TEST_CASE("mime: bodies as they are")
{
    CHECK(decoded(Encoding::identity, "a=41\r\n") == "a=41\r\n");
    CHECK(decoded(Encoding::identity, "").empty());
}

TEST_CASE("mime: encodings")
{
    using mime::encoding_of;
    CHECK(encoding_of("") == Encoding::identity);
    CHECK(encoding_of(" 7bit") == Encoding::identity);
    CHECK(encoding_of(" BASE64 ") == Encoding::base64);
    CHECK(encoding_of("base64; x") == Encoding::base64);
    CHECK(encoding_of("Quoted-Printable") == Encoding::quoted_printable);
    CHECK(encoding_of("x-uuencode") == Encoding::uuencode);
    CHECK(encoding_of("x-unheard-of") == Encoding::identity);
}

TEST_CASE("mime: more of the front is kept where the mark of a disc may stand")
{
    for (const Encoding encoding : {Encoding::identity, Encoding::quoted_printable}) {
        Content plain(encoding, 4096);
        plain.take(std::string(50000, 'x'));
        CHECK(plain.front().size() == 4096);
        Content disc(encoding, 4096);
        disc.take(std::string(50000, '\0'));
        CHECK(disc.front().size() == 32774);
        CHECK(disc.size() == 50000);
    }
    Content disc(Encoding::base64, 4096);
    disc.take(std::string(80000, 'A'));
    disc.finish();
    CHECK(disc.front().size() == 32774);
    CHECK(disc.size() == 60000);
}

TEST_CASE("mime: uuencode in text")
{
    CHECK(mime::uu_begin("begin 644 a b.txt") == "a b.txt");
    CHECK(mime::uu_begin("begin 0644 a") == "a");
    for (const char* line : {"", "begin", "begin 644", "begin 644 ", "begin 64 a",
                             "begin 999 a", "Begin 644 a", "begin the day with a song"})
        CHECK_FALSE(mime::uu_begin(line));
    CHECK(mime::uu_size("#86)C") == 3);
    CHECK(mime::uu_size("`") == 0);
    CHECK(mime::uu_size("M" + std::string(60, 'A')) == 45);
    CHECK(mime::uu_size("M" + std::string(57, 'A')) == 45); // blanks at its end were lost
    for (const std::string& line :
         std::vector<std::string>{"", "hello", "M", "M" + std::string(63, 'A'), "#86)\xe4",
                                  std::string(200, ' ')})
        CHECK_FALSE(mime::uu_size(line));
}
