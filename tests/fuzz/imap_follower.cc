// SPDX-License-Identifier: Apache-2.0
// Fuzz target: an IMAP session after the login; what is heard and what goes on do not
// depend on how the bytes are cut, every text that began has an end, and what is kept is
// bounded.  And beside a server that wants and refuses literals as it likes: what it takes
// for messages and what is seen of them is the same, or the session ends.
//
// Input: a byte that says how to cut, then turns of client and server by turns, separated
// by 0xff (which neither says outside of a literal).  With the first bit set: a byte of
// moods, eight of them, and what the client says to that server.
#include "check.h"
#include "imap/follower.h"
#include "moody_imap_server.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

using fuzz::promise;

namespace {

class Scribe : public imap::Observer {
public:
    std::string notes;
    std::vector<std::string> uploads;
    bool fetching = false;
    bool uploading = false;

    void entered(const imap::Place& where) override
    {
        note("in " + where.mailbox, where.uid_validity);
    }
    void fetch_began(const imap::Fetch& what) override
    {
        promise(!fetching);
        fetching = true;
        note("fetch " + std::string(what.item) + std::string(what.section),
             what.origin.value_or(1) + what.size.value_or(1));
    }
    void fetched(std::string_view octets) override
    {
        promise(fetching);
        notes += octets;
    }
    void fetch_ended(bool whole) override
    {
        promise(fetching);
        fetching = false;
        note("fetched", whole ? 1 : 0);
    }
    void fetch_done(std::uint32_t sequence, std::uint32_t uid, std::uint64_t size) override
    {
        promise(!fetching);
        note("done", sequence + uid + size);
    }
    void fetch_refused(const imap::Response& why) override { note("no", why.text.size()); }
    void upload_began(std::string_view mailbox, std::uint64_t size) override
    {
        promise(!uploading);
        uploading = true;
        uploads.emplace_back();
        note("upload " + std::string(mailbox), size);
    }
    void uploaded(std::string_view octets) override
    {
        promise(uploading);
        uploads.back() += octets;
        notes += octets;
    }
    void upload_ended(bool whole) override
    {
        promise(uploading);
        uploading = false;
        note("uploaded", whole ? 1 : 0);
    }
    void upload_answered(const imap::Response& answer, std::uint32_t messages) override
    {
        promise(messages > 0);
        note("answered", answer.code.size() + messages);
    }
    void expunged(std::uint32_t sequence) override { note("gone", sequence); }
    void vanished(std::string_view uids) override
    {
        std::copy_if(uids.begin(), uids.end(), std::back_inserter(notes),
                     [](char c) { return c != '\r'; });
    }
    void logged_out() override { note("out", 0); }

private:
    void note(const std::string& what, std::uint64_t number)
    {
        notes += '\n' + what + ' ' + std::to_string(number) + ' ';
    }
};

struct Side {
    std::string waiting;
    std::string heard; // by the other side
};

void take(imap::Follower& follower, Side& side, bool client)
{
    text::Passage passage;
    const std::size_t taken = client ? follower.client(side.waiting, passage)
                                     : follower.server(side.waiting, passage);
    for (std::size_t i = 0; i < passage.size(); ++i)
        side.heard += passage[i];
    side.waiting.erase(0, taken);
}

std::string follow(std::string_view turns, std::size_t cut)
{
    Scribe scribe;
    imap::Limits limits;
    limits.response = 1024;
    imap::Follower follower(scribe, {.limits = limits, .compress = turns.size() % 2 == 0});
    Side client;
    Side server;
    bool clients_turn = true;
    while (!turns.empty() && follower.trouble().empty()) {
        std::string_view said = turns.substr(0, turns.find('\xff'));
        turns.remove_prefix(std::min(said.size() + 1, turns.size()));
        Side& side = clients_turn ? client : server;
        for (; !said.empty(); said.remove_prefix(std::min(cut, said.size()))) {
            side.waiting += said.substr(0, cut);
            take(follower, side, clients_turn);
            if (!clients_turn)
                while (!side.waiting.empty() && follower.trouble().empty())
                    take(follower, side, false); // compression has begun
        }
        if (!clients_turn)
            take(follower, client, true);
        clients_turn = !clients_turn;
    }
    follower.ended();
    promise(!scribe.fetching && !scribe.uploading);
    if (!follower.trouble().empty())
        return std::string(follower.trouble()); // how far it came depends on the cuts
    return scribe.notes + '\n' + client.heard + '\n' + server.heard;
}

std::string all_of(const text::Passage& passage)
{
    std::string all;
    for (std::size_t i = 0; i < passage.size(); ++i)
        all += passage[i];
    return all;
}

// What the client says, to a server that answers at once.
void converse(std::string_view said, std::size_t cut, std::uint8_t moods)
{
    Scribe scribe;
    imap::Follower follower(scribe, {.limits = {}, .compress = false});
    fuzz::MoodyImapServer server(moods);
    std::string waiting;
    while (!said.empty() && follower.trouble().empty()) {
        waiting += said.substr(0, cut);
        said.remove_prefix(std::min(cut, said.size()));
        for (bool moves = true; moves && follower.trouble().empty();) {
            text::Passage up;
            const std::size_t taken = follower.client(waiting, up);
            const std::string answer = server.hear(all_of(up));
            waiting.erase(0, taken);
            text::Passage down;
            promise(follower.server(answer, down) == answer.size() ||
                    !follower.trouble().empty());
            moves = taken > 0 || !answer.empty();
        }
    }
    if (!follower.trouble().empty())
        return;
    promise(!server.lost_step());
    if (scribe.uploading) // it has not come to its end
        scribe.uploads.pop_back();
    promise(scribe.uploads == server.messages());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view turns = fuzz::text_of(data + 1, size - 1);
    if ((data[0] & 0x80) != 0) {
        if (size > 1)
            converse(turns.substr(1), data[0] % 24 + 1, data[1]);
        return 0;
    }
    promise(follow(turns, data[0] % 24 + 1) == follow(turns, turns.size() + 1));
    return 0;
}
