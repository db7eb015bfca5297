// SPDX-License-Identifier: Apache-2.0
// A spool with mail, tables in memory and the mailboxes that come of them, for tests.
#pragma once

#include "base/clock.h"
#include "delivery/facts_test.h"
#include "net/test_support.h"
#include "spool/queue_fixture_test.h"
#include "ums/mailboxes.h"

#include <doctest/doctest.h>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ums {

class Scene {
public:
    using Names = std::vector<std::string>;

    spool::TestSpool spool;
    delivery::TestFacts facts;
    net::Loop loop;
    std::optional<Mailboxes> boxes;

    Scene()
    {
        facts.domains["u.test"] = {};
        facts.domains["v.test"] = {};
        start();
    }

    void start() { start({.spool = {}, .messages = 10'000, .fresh_for = {}, .rest = 0}); }
    void start(Mailboxes::Options options)
    {
        options.spool = spool.directory();
        boxes.emplace(loop, std::move(options), facts);
    }

    static spool::Envelope envelope(const Names& recipients)
    {
        spool::Envelope out;
        out.arrival = base::wall_microseconds();
        out.sender = "alice@sender.test";
        for (const std::string& one : recipients)
            out.recipients.push_back({one, spool::notify_default, {}});
        return out;
    }
    static spool::Envelope made_of(spool::MessageId parent, spool::Origin origin,
                                   const Names& recipients)
    {
        spool::Envelope out = envelope(recipients);
        out.origin = origin;
        out.parent = parent;
        return out;
    }

    spool::MessageId put(spool::Writer& writer, spool::Envelope what,
                         const std::string& text = "Subject: test\r\n\r\ntext\r\n") const
    {
        spool::Draft draft = writer.begin();
        draft.append(text);
        const auto result = writer.commit_and_wait(std::move(draft), std::move(what));
        REQUIRE(result.has_value());
        return result->id;
    }
    spool::MessageId put(spool::Envelope what,
                         const std::string& text = "Subject: test\r\n\r\ntext\r\n") const
    {
        spool::Writer writer(spool.writer_options());
        return put(writer, std::move(what), text);
    }
    spool::MessageId put(const Names& recipients) const
    {
        return put(envelope(recipients));
    }

    void refresh() { net::test::run(loop, boxes->refresh()); }
    // After a look at the queue.
    std::vector<Mail> of(const std::string& user)
    {
        refresh();
        return boxes->of(user);
    }
    Names uids(const std::string& user)
    {
        Names out;
        for (const Mail& mail : of(user))
            out.push_back(mail.uid);
        return out;
    }
    static Names texts(std::initializer_list<spool::MessageId> ids)
    {
        Names out;
        for (const spool::MessageId id : ids)
            out.push_back(id.text());
        return out;
    }

    std::expected<MailText, spool::ReadError> open(spool::MessageId id)
    {
        std::optional<std::expected<MailText, spool::ReadError>> out;
        Mail mail;
        mail.id = id;
        const auto work = [&]() -> net::Task<void> {
            out.emplace(co_await boxes->open(mail));
        };
        net::test::run(loop, work());
        return *out;
    }
    // All of it, in pieces of so many octets; or "error".
    std::string read(spool::MessageId id, std::size_t piece = 64u << 10)
    {
        auto text = open(id);
        std::string all;
        while (text) {
            const auto more = text->next(piece);
            if (!more)
                return "error";
            if (more->empty())
                return all;
            all += *more;
        }
        return "error";
    }
};

} // namespace ums
