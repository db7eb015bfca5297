// SPDX-License-Identifier: Apache-2.0
// imap/open_commands.h - what a client has asked and the server has not answered.
//
// Memory: Limits::unanswered entries, none of which keeps its tag: length and hash of it
// do. (A client that finds two tags with the same hash has gained nothing: it may use the
// same tag twice anyway.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imap {

// Of longer tags only the beginning counts.
inline constexpr std::size_t longest_tag = 2048;

enum class CommandKind : std::uint8_t {
    other,
    idle,
    fetch,
    select,   // and EXAMINE
    leave,    // CLOSE, UNSELECT
    upload,   // APPEND
    replace,  // REPLACE and UID REPLACE: the mailbox is the second argument
    compress, // answered by us, as are those below
    refused,
    logout,
};

struct Asked {
    CommandKind kind = CommandKind::other;
    // A literal that did not wait has gone on as it was: the server takes it unless it
    // answers BAD.
    bool trusting = false;
    std::uint32_t messages = 0; // of an upload
    std::string mailbox;
};

class OpenCommands {
public:
    explicit OpenCommands(std::size_t most) : most_(most) {}

    // The client begins to say it.
    void ask(std::string_view tag, CommandKind kind);
    // It has been said.
    void said() { saying_ = false; }
    // What the client is saying now; null: nothing, or it has been answered already.
    [[nodiscard]] Asked* saying();
    // What the client has said last; null: it has been answered.
    [[nodiscard]] const Asked* latest() const;

    // A tagged answer: to the oldest command with this tag.
    [[nodiscard]] std::optional<Asked> answered(std::string_view tag);
    // "* BAD": to the oldest command whose tag a server may not have understood.
    [[nodiscard]] std::optional<Asked> not_understood();

    // Nothing more can be asked before something is answered.
    [[nodiscard]] bool full() const;
    // Something is unanswered, not counting what is being said now, IDLE, and empty lines,
    // which some servers answer.
    [[nodiscard]] bool owed() const;
    void clear();

private:
    struct Entry {
        std::size_t hash = 0;
        std::size_t length = 0;
        bool doubtful = false; // "* BAD" may be its answer
        Asked asked;
    };
    using Entries = std::vector<Entry>;

    [[nodiscard]] Asked take(Entries::iterator entry);
    [[nodiscard]] Entries::iterator oldest_doubtful();
    void make_room();

    std::size_t most_;
    Entries entries_; // in the order of the client
    bool latest_open_ = false;
    bool saying_ = false;
    std::size_t unexplained_ = 0; // "* BAD" that was the answer to none of them
};

// A tag that any server answers with.
[[nodiscard]] bool is_sound_tag(std::string_view tag);

} // namespace imap
