// SPDX-License-Identifier: Apache-2.0
// Fuzz target: an IMAP session after the login; what is heard and what goes on do not
// depend on how the bytes are cut, every text that began has an end, and what is kept is
// bounded.
//
// Input: a byte that says how to cut, then turns of client and server by turns, separated
// by 0xff (which neither says outside of a literal).
#include "check.h"
#include "imap/follower.h"

#include <algorithm>
#include <iterator>
#include <string>

using fuzz::promise;

namespace {

class Scribe : public imap::Observer {
public:
    std::string notes;
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
        note("upload " + std::string(mailbox), size);
    }
    void uploaded(std::string_view octets) override
    {
        promise(uploading);
        notes += octets;
    }
    void upload_ended(bool whole) override
    {
        promise(uploading);
        uploading = false;
        note("uploaded", whole ? 1 : 0);
    }
    void upload_answered(const imap::Response& answer) override
    {
        note("answered", answer.code.size());
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

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view turns = fuzz::text_of(data + 1, size - 1);
    promise(follow(turns, data[0] % 24 + 1) == follow(turns, turns.size() + 1));
    return 0;
}
