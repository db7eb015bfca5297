// SPDX-License-Identifier: Apache-2.0
#include "spool/erase.h"
#include "ums/mail_text.h"
#include "ums/scene_test.h"

#include <doctest/doctest.h>
#include <filesystem>

using spool::MessageId;
using spool::ReadError;
using ums::MailText;
using ums::Scene;

namespace {

const std::string head = "Return-Path: <alice@sender.test>\r\n";

MailText open(const Scene& scene, MessageId id)
{
    spool::Reader reader(scene.spool.directory());
    auto text = MailText::open(reader, id.first_written(), id);
    REQUIRE(text.has_value());
    return *text;
}

} // namespace

TEST_CASE("ums: a mail begins with its sender and ends with a line end, however it is read")
{
    struct Row {
        std::string stored;
        std::string sent;
    };
    const Row rows[] = {
        {"A: b\r\n\r\ntext\r\n", "A: b\r\n\r\ntext\r\n"},
        {"A: b\r\n\r\n.text", "A: b\r\n\r\n.text\r\n"}, // BDAT
        {"A: b\r\n", "A: b\r\n"},
        {"A", "A\r\n"},
        {"", ""},
    };
    Scene scene;
    for (const Row& row : rows) {
        CAPTURE(row.stored);
        const MessageId id = scene.put(Scene::envelope({"anna@u.test"}), row.stored);
        const auto mails = scene.of("anna@u.test");
        for (const std::size_t piece : {1, 2, 3, 1000}) {
            CHECK(scene.read(id, piece) == head + row.sent);
            CHECK(mails.back().size == head.size() + row.sent.size());
        }
    }
}

TEST_CASE("ums: what may have any lines has the usual ones")
{
    Scene scene;
    spool::Envelope envelope = Scene::envelope({"anna@u.test"});
    envelope.body = spool::Body::binary_mime;
    envelope.sender = "";
    const std::string stored = "A: b\n\r\n\rtext\r\r\n.\nend\r";
    const MessageId id = scene.put(envelope, stored);
    const std::string sent = "Return-Path: <>\r\nA: b\r\n\r\n\r\ntext\r\n\r\n.\r\nend\r\n";
    CHECK(scene.of("anna@u.test")[0].size == sent.size());
    for (const std::size_t piece : {1, 2, 7, 1000})
        CHECK(scene.read(id, piece) == sent);
}

TEST_CASE("ums: a mail that is erased while it is read is an error, never zeros")
{
    const Scene scene;
    const std::string text(100'000, 'x');
    spool::Writer writer(scene.spool.writer_options()); // it keeps the segment
    const MessageId id = scene.put(writer, Scene::envelope({"anna@u.test"}), text);
    MailText mail = open(scene, id);
    CHECK(mail.next() == head);
    CHECK(mail.next(1000) == std::string(1000, 'x'));
    CHECK(spool::erase_record(scene.spool.directory(), id.first_written()));
    CHECK(mail.next(1000) == std::unexpected(ReadError::gone));
    CHECK(mail.next(1000) == std::unexpected(ReadError::gone));
    CHECK(mail.size() == std::unexpected(ReadError::gone));
    spool::Reader reader(scene.spool.directory());
    CHECK(MailText::open(reader, id.first_written(), id).error() == ReadError::gone);
}

TEST_CASE("ums: a mail that is being read outlives its segment")
{
    const Scene scene;
    const MessageId id = scene.put({"anna@u.test"});
    MailText mail = open(scene, id);
    std::filesystem::remove_all(scene.spool.directory() + "/log");
    CHECK(mail.next() == head);
    CHECK(mail.next() == "Subject: test\r\n\r\ntext\r\n");
    CHECK(mail.next() == "");
}

TEST_CASE("ums: another message in its place is not the one that was asked for")
{
    Scene scene;
    const MessageId id = scene.put({"anna@u.test"});
    spool::Reader reader(scene.spool.directory());
    CHECK(MailText::open(reader, id.first_written(), MessageId(id.value() + 1)).error() ==
          ReadError::gone);
    CHECK_FALSE(scene.open(MessageId(7)).has_value());
    (void)scene.of("anna@u.test");
    CHECK(scene.open(id).has_value());
}

TEST_CASE("ums: the header of a mail, up to a bound")
{
    const Scene scene;
    const std::string fields = "A: " + std::string(5000, 'a') + "\r\nB: c\r\n";
    const MailText mail =
        open(scene, scene.put(Scene::envelope({"a@u.test"}), fields + "\r\nbody\r\n"));
    CHECK(mail.header(100'000) == fields);
    CHECK(mail.header(10) == fields.substr(0, 10));
    const MailText plain = open(
        scene, scene.put(Scene::envelope({"a@u.test"}), "A: b\r\n\r\nC: d\r\n\r\nbody"));
    CHECK(plain.header(100'000) == "A: b\r\n");
}
