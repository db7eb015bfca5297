// SPDX-License-Identifier: Apache-2.0
// proxy/imap_conversation.cc - see the header.
#include "proxy/imap_conversation.h"

#include "imap/status.h"

#include <algorithm>
#include <limits>

namespace proxy {

namespace {

constexpr std::uint64_t most_number = std::numeric_limits<std::uint32_t>::max();

} // namespace

void ImapCounter::fetch_began(const imap::Fetch& what)
{
    ++(what.whole() ? totals_.fetched : totals_.parts);
}

void ImapCounter::upload_answered(const imap::Response& answer, std::uint32_t messages)
{
    if (answer.condition == imap::Condition::ok)
        totals_.uploaded += messages;
}

void ImapCounter::expunged(std::uint32_t /*sequence*/)
{
    ++totals_.deleted;
}

void ImapCounter::vanished(std::string_view uids)
{
    std::ranges::for_each(uids, [this](char c) { take_uid(c); });
}

void ImapCounter::take_uid(char c)
{
    if (c >= '0' && c <= '9') {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        to_ = std::min(to_ * 10 + digit, most_number);
    } else if (c == ':') {
        from_ = to_;
        to_ = 0;
        range_ = true;
    } else if (c == ',') {
        end_range();
    } else if (c == '(') {
        earlier_ = true;
    }
}

void ImapCounter::end_range()
{
    const auto [first, last] = std::minmax(range_ ? from_ : to_, to_);
    if (to_ != 0 && !earlier_)
        totals_.deleted += static_cast<std::uint32_t>(last - first + 1);
    from_ = to_ = 0;
    range_ = false;
}

void ImapCounter::vanished_done()
{
    end_range();
    earlier_ = false;
}

std::size_t ImapConversation::client(std::string_view bytes, text::Passage& to_server)
{
    return follower_.client(bytes, to_server);
}

std::size_t ImapConversation::server(std::string_view bytes, text::Passage& to_client)
{
    return follower_.server(bytes, to_client);
}

// What the backend has not said itself: why it ends is not the client's doing.
std::string ImapConversation::farewell(std::string_view why) const
{
    if (!follower_.between_responses() || counter_.heard_bye())
        return {};
    if (why == "timeout")
        return imap::say("*", "BYE", {}, "idle for too long");
    if (why == "shutdown")
        return imap::say("*", "BYE", {}, "shutting down, try again later");
    if (why == "client-protocol")
        return imap::say("*", "BYE", "CLIENTBUG", "your compressed data cannot be read");
    if (why == "backend" || why == "backend-gone" || why == "protocol")
        return imap::say("*", "BYE", "UNAVAILABLE", "the mailbox is out of reach");
    return {};
}

} // namespace proxy
