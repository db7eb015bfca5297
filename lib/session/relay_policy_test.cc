// SPDX-License-Identifier: Apache-2.0
// session/relay_policy_test.cc - tables of who may write to whom.

#include "session/relay_policy.h"

#include <doctest/doctest.h>
#include <set>

using session::Ruling;
using session::Speaker;

namespace {

constexpr Speaker stranger{};
constexpr Speaker neighbour{.trusted = true};
constexpr Speaker user{.authenticated = true};

db::Domain domain_with(std::string name, db::Verify verify)
{
    db::Domain domain;
    domain.name = std::move(name);
    domain.verify = verify;
    return domain;
}

// any.example takes everybody, list.example and probe.example look closer.
class Table : public session::ServedDomains {
public:
    std::optional<db::Domain> domain(std::string_view domain) override
    {
        const std::string name(domain);
        if (name == "any.example")
            return domain_with(name, db::Verify::any);
        if (name == "list.example")
            return domain_with(name, db::Verify::list);
        if (name == "probe.example")
            return domain_with(name, db::Verify::probe);
        return std::nullopt;
    }
    bool address_listed(std::string_view address) override
    {
        static const std::set<std::string, std::less<>> listed{"known@list.example",
                                                               "known@probe.example"};
        return listed.contains(address);
    }
    std::vector<db::RouteHost> route(std::string_view) override { return {}; }
};

text::Address address(std::string_view path)
{
    return text::parse_path(path).value();
}

struct Row {
    Speaker speaker;
    std::string_view path;
    Ruling ruling;
};

Ruling judge(const Row& row)
{
    Table served;
    return judge_recipient({}, row.speaker, address(row.path), false, 0, served);
}

} // namespace

TEST_CASE("session: strangers reach served domains and nothing else")
{
    const Row rows[] = {
        {stranger, "<bob@any.example>", Ruling::accept},
        {stranger, "<bob@ANY.Example>", Ruling::accept},
        {stranger, "<bob@elsewhere.test>", Ruling::relay_denied},
        {stranger, "<bob@sub.any.example>", Ruling::relay_denied},
        {stranger, "<bob@any.example.elsewhere.test>", Ruling::relay_denied},
        {stranger, "<bob@[192.0.2.1]>", Ruling::relay_denied},
        {stranger, "<bob@[IPv6:::1]>", Ruling::relay_denied},
        {neighbour, "<bob@elsewhere.test>", Ruling::accept},
        {user, "<bob@elsewhere.test>", Ruling::accept},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        CHECK(judge(row) == row.ruling);
    }
}

TEST_CASE("session: routes in disguise are refused for strangers")
{
    const std::string_view forms[] = {
        "<victim%elsewhere.test@any.example>",
        "<elsewhere.test!victim@any.example>",
        "<\"victim@elsewhere.test\"@any.example>",
        "<\"@elsewhere.test:victim\"@any.example>",
        "<a!b%c@any.example>",
        "<victim%elsewhere.test@list.example>",
        "<victim%elsewhere.test@probe.example>",
        "<@relay.test:victim@any.example>",
        "<@any.example:victim@elsewhere.test>",
        "<@any.example,@b.test:victim@any.example>",
    };
    for (const std::string_view form : forms) {
        CAPTURE(form);
        CHECK(judge({stranger, form, {}}) == Ruling::routed_address);
        CHECK(judge({neighbour, form, {}}) != Ruling::routed_address);
    }
}

TEST_CASE("session: recipients are known by list or by the backend")
{
    const Row rows[] = {
        {stranger, "<known@list.example>", Ruling::accept},
        {stranger, "<nobody@list.example>", Ruling::unknown_recipient},
        {user, "<nobody@list.example>", Ruling::unknown_recipient},
        {stranger, "<nobody@probe.example>", Ruling::ask_backend},
        {stranger, "<known@probe.example>", Ruling::accept},
        {stranger, "<postmaster@list.example>", Ruling::accept},
        {stranger, "<PostMaster@probe.example>", Ruling::accept},
        {stranger, "<Postmaster>", Ruling::accept},
        {stranger, "<postmaster@elsewhere.test>", Ruling::relay_denied},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        CHECK(judge(row) == row.ruling);
    }
}

TEST_CASE("session: own domains as sender from outside, by setting")
{
    Table served;
    const session::RelayRules strict{.refuse_own_sender = true};
    const session::RelayRules easy{};
    const text::Address ours = address("<alice@Any.Example>");
    const text::Address foreign = address("<alice@elsewhere.test>");
    CHECK(judge_sender(strict, stranger, ours, served) == Ruling::own_sender);
    CHECK(judge_sender(strict, neighbour, ours, served) == Ruling::accept);
    CHECK(judge_sender(strict, user, ours, served) == Ruling::accept);
    CHECK(judge_sender(strict, stranger, foreign, served) == Ruling::accept);
    CHECK(judge_sender(strict, stranger, text::Address{}, served) == Ruling::accept);
    CHECK(judge_sender(easy, stranger, ours, served) == Ruling::accept);
}

TEST_CASE("session: the null sender writes to few")
{
    Table served;
    const text::Address bob = address("<bob@any.example>");
    const session::RelayRules rules{.null_sender_recipients = 7};
    const std::uint32_t many = rules.null_sender_recipients;
    CHECK(judge_recipient(rules, stranger, bob, true, many - 1, served) == Ruling::accept);
    CHECK(judge_recipient(rules, stranger, bob, true, many, served) ==
          Ruling::bounce_to_many);
    CHECK(judge_recipient(rules, neighbour, bob, true, many, served) == Ruling::accept);
    CHECK(judge_recipient(rules, stranger, bob, false, many, served) == Ruling::accept);
}
