// SPDX-License-Identifier: Apache-2.0
#include "proxy/pop3_conversation.h"

#include <algorithm>

namespace proxy {

void Pop3Counter::fetch_ended(bool complete)
{
    if (complete && whole_)
        ++totals_.fetched;
    else
        ++totals_.parts;
}

void Pop3Counter::quit(bool done)
{
    if (done)
        totals_.deleted += marked_;
    marked_ = 0;
    quit_ = true;
}

Pop3Conversation::Pop3Conversation(const pop3::Limits& limits, pop3::Observer* witness,
                                   pop3::Observer* lists)
    : both_(counter_, witness != nullptr ? *witness : counter_),
      all_(witness != nullptr ? static_cast<pop3::Observer&>(both_) : counter_,
           lists != nullptr ? *lists : counter_),
      follower_(lists != nullptr     ? static_cast<pop3::Observer&>(all_)
                : witness != nullptr ? static_cast<pop3::Observer&>(both_)
                                     : counter_,
                lists != nullptr ? pop3::Follower::Sizes::told
                                 : pop3::Follower::Sizes::skipped),
      most_(limits.unanswered)
{
}

// Line by line, so that nobody asks more ahead than we remember.
std::size_t Pop3Conversation::client(std::string_view bytes, text::Passage& to_server)
{
    std::size_t taken = 0;
    while (taken < bytes.size() && !must_wait()) {
        const std::size_t newline = bytes.find('\n', taken);
        const std::size_t end = std::min(newline, bytes.size() - 1) + 1;
        follower_.client(bytes.substr(taken, end - taken));
        taken = end;
    }
    to_server.pass(bytes.substr(0, taken));
    return taken;
}

std::size_t Pop3Conversation::server(std::string_view bytes, text::Passage& to_client)
{
    follower_.server(bytes);
    to_client.pass(bytes);
    return bytes.size();
}

} // namespace proxy
