// SPDX-License-Identifier: Apache-2.0
// Rewritten senders: there and back, twice forwarded, forged, old.  The MAC here is no
// cryptography: what it must do is depend on key and text.
#include "smtp/srs.h"
#include "text/lines.h"

#include <doctest/doctest.h>

namespace {

std::array<std::uint8_t, 32> toy_mac(std::string_view key, std::string_view text)
{
    std::uint64_t sum = 1469598103934665603u;
    for (const std::string_view part : {key, std::string_view("\x01"), text})
        for (const char c : part)
            sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211u;
    std::array<std::uint8_t, 32> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(sum >> (8 * (i % 8)));
    return out;
}

smtp::Srs ours()
{
    return {"fwd.test", {"new secret", "old secret"}, toy_mac};
}

} // namespace

TEST_CASE("smtp: SRS there and back")
{
    const smtp::Srs srs = ours();
    for (const char* sender :
         {"alice@a.example", "Alice+x=y@A.Example", "SRS0@a.example", "=odd=@a.example"}) {
        CAPTURE(sender);
        const std::string out = srs.forward(sender, 20000);
        CHECK(out.starts_with("SRS0="));
        CHECK(out.ends_with("@fwd.test"));
        CHECK(srs.reverse(out, 20000) == sender);
        CHECK(srs.reverse(out, 20021) == sender);
        CHECK(srs.reverse(out, 20022) == std::unexpected(smtp::SrsError::expired));
        CHECK(srs.reverse(out, 19999) == sender); // our clocks differ
        CHECK(srs.reverse(out, 19990) == std::unexpected(smtp::SrsError::expired));
    }
}

TEST_CASE("smtp: SRS of what is rewritten already, by others and by us")
{
    const smtp::Srs srs = ours();
    const std::string second = srs.forward("SRS0=abc=XY=a.example=alice@b.example", 20000);
    CHECK(second.starts_with("SRS1="));
    CHECK(srs.reverse(second, 29999) == "SRS0=abc=XY=a.example=alice@b.example");

    const smtp::Srs other("c.example", {"theirs"}, toy_mac);
    const std::string theirs =
        other.forward("SRS0+abc=XY=a.example=alice@b.example", 20000);
    const std::string third = srs.forward(theirs, 20000);
    CHECK(third.starts_with("SRS1="));
    CHECK(third.find("c.example") == std::string::npos); // left out
    CHECK(srs.reverse(third, 20000) == "SRS0+abc=XY=a.example=alice@b.example");

    CHECK(srs.forward("bob@fwd.test", 20000) == "bob@fwd.test");
    CHECK(srs.forward("", 20000).empty());
}

TEST_CASE("smtp: SRS survives a host that changes case, and a new secret")
{
    const smtp::Srs srs = ours();
    const smtp::Srs before("fwd.test", {"old secret"}, toy_mac);
    CHECK(srs.reverse(before.forward("alice@a.example", 20000), 20000) ==
          "alice@a.example");
    const std::string lower = text::to_lower(srs.forward("alice@a.example", 20000));
    CHECK(srs.reverse(lower, 20000) == "alice@a.example");
}

TEST_CASE("smtp: forged and malformed SRS is refused")
{
    const smtp::Srs srs = ours();
    const std::string good = srs.forward("alice@a.example", 20000);
    for (std::size_t i = 5; i < good.size() - 9; ++i) { // any byte changed
        std::string bad = good;
        bad[i] = bad[i] == 'B' ? 'C' : 'B';
        CAPTURE(bad);
        CHECK(srs.reverse(bad, 20000) != "alice@a.example");
        CHECK(!srs.reverse(bad, 20000).has_value());
    }
    for (std::size_t cut = 0; cut < good.size() - 9; ++cut) {
        const std::string bad = good.substr(0, cut) + "@fwd.test";
        CHECK(!srs.reverse(bad, 20000).has_value());
    }
    using smtp::SrsError;
    CHECK(srs.reverse("alice@fwd.test", 1) == std::unexpected(SrsError::not_srs));
    CHECK(srs.reverse("SRS0=a=b=c=d@else.test", 1) == std::unexpected(SrsError::not_srs));
    CHECK(srs.reverse("SRS0=a=b=c=d@fwd.test", 1) == std::unexpected(SrsError::forged));
    CHECK(srs.reverse("SRS0=a=b@fwd.test", 1) == std::unexpected(SrsError::malformed));
    CHECK(srs.reverse("SRS1=a=b@fwd.test", 1) == std::unexpected(SrsError::malformed));
}

TEST_CASE("smtp: a sender that claims we forwarded it first is signed like any other")
{
    const smtp::Srs srs = ours();
    const std::string sender = "SRS1=x=fwd.test=-a=b=c=d@e.example";
    const std::string rewritten = srs.forward(sender, 20000);
    CHECK(rewritten.starts_with("SRS0="));
    CHECK(srs.reverse(rewritten, 20000) == sender);
}
