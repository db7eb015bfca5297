// SPDX-License-Identifier: Apache-2.0
// A peer for tests that is a list of turns: what it waits for, and what it then says.
#pragma once

#include "net/stream.h"
#include "net/task.h"
#include "net/tls.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::test {

struct Turn {
    std::string until; // the end of what it has read
    std::string say;
    bool then_tls = false; // shakes hands before its next turn
};

struct Manner {
    bool in_bytes = false;                     // one write for each
    std::size_t cut = std::string::npos;       // hangs up after so many bytes
    const net::TlsContext* tls = nullptr;      // for then_tls
    base::seconds patience = base::seconds{5}; // with whoever says nothing
};

inline net::Task<bool> say(net::Stream& stream, std::string_view text, Manner& manner)
{
    const std::string_view said = text.substr(0, manner.cut);
    if (manner.cut != std::string::npos)
        manner.cut -= said.size();
    if (!manner.in_bytes) {
        co_await stream.write(said);
    } else {
        for (std::size_t i = 0; i < said.size(); ++i)
            co_await stream.write(said.substr(i, 1));
    }
    co_return said.size() == text.size() && manner.cut != 0;
}

inline net::Task<void> play_turns(net::Stream& stream, std::vector<Turn> turns,
                                  std::string& heard, Manner manner)
{
    std::string unread;
    std::array<char, 4096> buffer;
    for (const Turn& turn : turns) {
        while (!unread.ends_with(turn.until)) {
            stream.set_timeout(manner.patience);
            const std::size_t count = co_await stream.read_some(buffer);
            if (count == 0)
                co_return;
            unread.append(buffer.data(), count);
            heard.append(buffer.data(), count);
        }
        unread.clear();
        const bool go_on = co_await say(stream, turn.say, manner);
        if (!go_on)
            co_return;
        if (turn.then_tls)
            co_await stream.accept_tls(*manner.tls);
    }
}

// To the end of the turns, or until the other side is gone.
inline net::Task<void> scripted(net::Stream stream, std::vector<Turn> turns,
                                std::string& heard, Manner manner = {})
{
    try {
        co_await play_turns(stream, std::move(turns), heard, manner);
        stream.shutdown_write();
    } catch (const std::runtime_error&) {
        heard += "(gone)";
    }
}

} // namespace proxy::test
