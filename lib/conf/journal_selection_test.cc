// SPDX-License-Identifier: Apache-2.0
// Tests of conf/journal_selection.h.
#include "base/failure.h"
#include "conf/journal_selection.h"

#include <doctest/doctest.h>

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t now = 1'795'435'200 * second; // 2026-11-23T12:00:00Z

using Options = std::map<std::string, std::string, std::less<>>;

db::JournalCriteria read(const Options& options)
{
    return conf::read_selection({.options = options}, now);
}

std::string refusal(const Options& options)
{
    try {
        (void)read(options);
    } catch (const base::Failure& failure) {
        CHECK(failure.exit_status() == 64);
        return failure.what();
    }
    return "";
}

} // namespace

TEST_CASE("journal selection: without options everything is meant")
{
    const db::JournalCriteria criteria = read({});
    CHECK(criteria.from == 0);
    CHECK(criteria.to == 0);
    CHECK_FALSE(criteria.outcome);
    CHECK_FALSE(criteria.null_sender);
}

TEST_CASE("journal selection: every option has its criterion")
{
    const db::JournalCriteria criteria = read({{"sender", "ann@example.net"},
                                               {"recipient", "bob@example.org"},
                                               {"address", "carl@example.org"},
                                               {"domain", "example.org"},
                                               {"client", "192.0.2.1"},
                                               {"login", "dora"},
                                               {"listener", "mx"},
                                               {"tenant", "acme"},
                                               {"message-id", "<1@x>"},
                                               {"subject", "roof"},
                                               {"attachment", "plan"},
                                               {"type", "image/*"},
                                               {"result", "expired"},
                                               {"origin", "forward"},
                                               {"larger", "10k"},
                                               {"smaller", "2M"}});
    CHECK(criteria.sender == "ann@example.net");
    CHECK(criteria.recipient == "bob@example.org");
    CHECK(criteria.address == "carl@example.org");
    CHECK(criteria.domain == "example.org");
    CHECK(criteria.client == "192.0.2.1");
    CHECK(criteria.login == "dora");
    CHECK(criteria.listener == "mx");
    CHECK(criteria.tenant == "acme");
    CHECK(criteria.message_id == "<1@x>");
    CHECK(criteria.words == "roof");
    CHECK(criteria.files == "plan");
    CHECK(criteria.type == "image/*");
    CHECK(criteria.outcome == db::Outcome::expired);
    CHECK(criteria.origin == db::Origin::forward);
    CHECK(criteria.smallest == 10'240);
    CHECK(criteria.largest == 2'097'152);
}

TEST_CASE("journal selection: whole domains and the null sender")
{
    CHECK(read({{"sender", "@example.net"}}).sender_domain == "example.net");
    CHECK(read({{"sender", "@example.net"}}).sender.empty());
    CHECK(read({{"recipient", "@example.org"}}).recipient_domain == "example.org");
    CHECK(read({{"sender", "<>"}}).null_sender);
    CHECK(read({{"sender", "<>"}}).sender.empty());
}

TEST_CASE("journal selection: times")
{
    const db::JournalCriteria criteria =
        read({{"since", "2h ago"}, {"until", "2026-11-23T11:00Z"}});
    CHECK(criteria.from == now - 7200 * second);
    CHECK(criteria.to == now - 3600 * second);
    const db::JournalCriteria day = read({{"on", "2026-11-22T10:30Z"}});
    CHECK(day.from == now - 91'800 * second);
    CHECK(day.to == day.from + 60 * second);

    CHECK(refusal({{"since", "tomorrow"}}).starts_with("--since tomorrow: is no time"));
    CHECK(refusal({{"since", "x\033[2J"}}).starts_with("--since x?[2J: is no time"));
    CHECK(refusal({{"since", "1h ago"}, {"until", "2h ago"}}) ==
          "--until 2h ago: is not after the beginning");
    CHECK(refusal({{"on", "now"}}) == "--on now: is a moment, neither a day nor a minute");
    CHECK(refusal({{"on", "today"}, {"since", "1h ago"}}) ==
          "--on today: goes without --since and --until");
}

TEST_CASE("journal selection: what is not understood, or would not narrow, is refused")
{
    CHECK(refusal({{"result", "lost"}}) ==
          "--result lost: is none of waiting, delivered, failed, expired, deleted, "
          "forwarded, refused, unknown");
    CHECK(refusal({{"origin", "Client"}}).starts_with("--origin Client: is none of"));
    CHECK(refusal({{"larger", "much"}}).starts_with("--larger much: is no size"));
    CHECK(refusal({{"larger", "2k"}, {"smaller", "1k"}}) ==
          "--smaller 1k: is less than --larger");
    CHECK(refusal({{"sender", "@"}}) == "--sender @: nothing is given");
    CHECK(refusal({{"recipient", "@"}}) == "--recipient @: nothing is given");
}
