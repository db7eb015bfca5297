// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a POP3 session after the login; what is heard does not depend on how the
// bytes are cut, and every text that began has an end.
//
// Input: a byte that says how to cut, what the client says, a zero byte, what the server
// says.
#include "check.h"
#include "pop3/follower.h"

#include <algorithm>
#include <string>
#include <utility>

using fuzz::promise;

namespace {

class Scribe : public pop3::Observer {
public:
    std::string notes;
    int open = 0;
    bool listing = false;

    void fetch_began(const pop3::Fetch& what) override
    {
        promise(open++ == 0);
        note("began", what.message, what.lines.value_or(7));
        notes += '\n';
    }
    void fetched(std::string_view bytes) override
    {
        promise(open == 1 && !bytes.empty());
        notes += bytes;
    }
    void fetch_ended(bool whole) override
    {
        promise(open-- == 1);
        note("ended", whole ? 1 : 0, 0);
    }
    void fetch_refused(const pop3::Fetch& what, const pop3::Reply& why) override
    {
        note("refused", what.message, why.text.size());
    }
    void identified(std::uint32_t message, std::string_view id) override
    {
        promise(id.size() <= pop3::Follower::kept);
        note("id", message, id.size());
    }
    void listing_began() override { promise(!std::exchange(listing, true)); }
    void listing_ended(bool whole) override
    {
        promise(std::exchange(listing, false));
        note("listed", whole ? 1 : 0, 0);
    }
    void sized(std::uint32_t message, std::uint64_t octets) override
    {
        note("size", message, octets);
    }
    void marked(std::uint32_t message) override { note("marked", message, 0); }
    void unmarked() override { note("unmarked", 0, 0); }
    void quit(bool done) override { note("quit", done ? 1 : 0, 0); }

private:
    void note(const char* what, std::size_t one, std::size_t other)
    {
        notes += '\n';
        notes += what;
        notes += ' ' + std::to_string(one) + ' ' + std::to_string(other);
    }
};

std::string follow(std::string_view client, std::string_view server, std::size_t cut)
{
    Scribe scribe;
    pop3::Follower follower(scribe, pop3::Follower::Sizes::told);
    for (std::size_t i = 0; i < client.size(); i += cut)
        follower.client(client.substr(i, cut));
    for (std::size_t i = 0; i < server.size(); i += cut)
        follower.server(server.substr(i, cut));
    follower.ended();
    promise(scribe.open == 0 && !scribe.listing);
    return scribe.notes + std::string(follower.trouble());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view text = fuzz::text_of(data + 1, size - 1);
    const std::size_t border = std::min(text.find('\0'), text.size());
    const std::string_view client = text.substr(0, border);
    const std::string_view server = text.substr(std::min(border + 1, text.size()));
    const std::size_t cut = data[0] % 16 + 1;
    promise(follow(client, server, cut) == follow(client, server, text.size() + 1));
    return 0;
}
