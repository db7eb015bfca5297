// SPDX-License-Identifier: Apache-2.0
// Fuzz target: what is noted of a mailbox's lists from the bytes of a session; it does not
// depend on how they are cut, is never more than was asked for, and has unique ids only.
//
// Input: a byte that says how to cut, a byte that says how many messages are wanted, what
// the client says, a zero byte, what the server says.
#include "check.h"
#include "pop3/follower.h"
#include "pop3/list_watcher.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

using fuzz::promise;

namespace {

struct Noted {
    pop3::Sighting seen;
    std::uint64_t digest = 0;
};

Noted watch(std::string_view client, std::string_view server, std::size_t most,
            std::size_t cut)
{
    constexpr std::size_t room = 64u << 20;
    pop3::ListMemory memory(room);
    Noted noted;
    {
        pop3::ListWatcher watcher(most, memory);
        pop3::Follower follower(watcher, pop3::Follower::Sizes::told);
        for (std::size_t i = 0; i < client.size(); i += cut)
            follower.client(client.substr(i, cut));
        for (std::size_t i = 0; i < server.size(); i += cut)
            follower.server(server.substr(i, cut));
        follower.ended();
        noted = {watcher.sighting(), watcher.digest()};
        promise(watcher.is_whole() == noted.seen.whole);
    }
    promise(memory.take(room));
    return noted;
}

void check(const pop3::MailboxList& list, std::size_t most)
{
    promise(list.size() <= most);
    std::set<std::string> ids;
    for (const pop3::Listed& one : list)
        promise(pop3::is_unique_id(one.unique_id) && ids.insert(one.unique_id).second);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2)
        return 0;
    const std::string_view text = fuzz::text_of(data + 2, size - 2);
    const std::size_t border = std::min(text.find('\0'), text.size());
    const std::string_view client = text.substr(0, border);
    const std::string_view server = text.substr(std::min(border + 1, text.size()));
    const std::size_t cut = data[0] % 16 + 1;
    const std::size_t most = data[1] % 8 + 1;
    const Noted pieces = watch(client, server, most, cut);
    const Noted once = watch(client, server, most, text.size() + 1);
    promise(pieces.seen.there == once.seen.there && pieces.seen.gone == once.seen.gone);
    promise(pieces.seen.whole == once.seen.whole && pieces.digest == once.digest);
    const pop3::MailboxList known{{"known", 1}, {"a", 2}};
    const pop3::MailboxList list = pop3::take_in(known, once.seen, most);
    check(list, most);
    promise(!once.seen.whole || pop3::take_in(list, once.seen, most) == list);
    return 0;
}
