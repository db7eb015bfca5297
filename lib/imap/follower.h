// SPDX-License-Identifier: Apache-2.0
// imap/follower.h - understands a session after its login from the bytes that pass, in both
// directions, and takes part in every session alike.
//
// Fed with what has come from one side, it says what goes on to the other: those bytes,
// unchanged, but for these few lines, which concern one leg only:
//
//   client   COMPRESS, UNAUTHENTICATE   go on as NOOP; the answer is ours
//   server   CAPABILITY lists           without what cannot pass (imap/capabilities.h)
//
// Only the beginning of a line may be held back until it is known what it is.  A literal
// that waits for "+" is not looked for before the server has said "+": bytes of the client
// that came ahead of it stay with the caller until then, so that client, server and we
// agree where commands begin, whatever the server thinks of the announcement.
//
// What a client may see of us: nothing but the above.  Memory: the strings below, bounded
// by Limits; about 600 bytes while nothing is under way.
#pragma once

#include "imap/fetch_scanner.h"
#include "imap/framer.h"
#include "imap/limits.h"
#include "imap/observer.h"
#include "text/passage.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace imap {

struct FollowerOptions {
    Limits limits;
    bool compress = false; // the client may have COMPRESS=DEFLATE
};

class Follower {
public:
    Follower(Observer& observer, const FollowerOptions& options)
        : observer_(&observer), options_(options), fetch_(observer)
    {
    }

    // Takes bytes of the client; returns how many.  Fewer than there are: the client has to
    // wait(); the rest comes again when that is over.
    std::size_t client(std::string_view bytes, text::Passage& to_server);
    // Takes bytes of the server.  Fewer than there are: what has been taken must be written
    // to the client, and then compression begins (compressed() is true from now on).
    std::size_t server(std::string_view bytes, text::Passage& to_client);
    // The connection is over, on whatever side.
    void ended();

    // Nothing of the client can be taken before the server has said more.
    [[nodiscard]] bool must_wait() const;
    // Both directions of the client's leg are compressed from here on.
    [[nodiscard]] bool compressed() const { return compressed_; }
    // The server has said whole responses only: a line of ours may stand behind them.
    [[nodiscard]] bool between_responses() const { return server_framer_.at_start(); }
    // The server has not answered all that was asked; IDLE, which only the client ends, and
    // a command that has not been said to its end have no answer.
    [[nodiscard]] bool owes_answers() const;
    // The server says what is no IMAP: the session has to end.  Empty: all is well.
    [[nodiscard]] std::string_view trouble() const { return trouble_; }
    [[nodiscard]] const Place& place() const { return place_; }

private:
    enum class Kind : std::uint8_t {
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
        std::string tag;
        Kind kind = Kind::other;
        std::string mailbox;
    };
    // Where within a command the client is.
    enum class Client : std::uint8_t { head, body, own, upload };
    // Where within a response the server is.
    enum class Server : std::uint8_t { head, fetch, line, vanished, other };

    // client
    void take_client_text(std::string_view text, bool complete, text::Passage& out);
    void take_client_end(const Piece& piece, text::Passage& out);
    void take_client_literal(const Piece& piece, text::Passage& out);
    void take_client_octets(const Piece& piece, text::Passage& out);
    void release_head(std::string_view next, text::Passage& out);
    void begin_command(std::string_view line);
    void gather(std::string_view bytes);
    void learn_mailbox(std::string_view end);
    [[nodiscard]] static Kind kind_of(std::string_view name);
    [[nodiscard]] bool gathers() const;
    [[nodiscard]] bool uploads() const;
    [[nodiscard]] bool ours() const;

    // server
    void take_server_text(std::string_view text, bool complete, text::Passage& out);
    void take_server_end(std::string_view end, bool last, text::Passage& out);
    void take_server_literal(const Piece& piece);
    void hold(std::string_view text, bool complete, bool held);
    void decide(std::string_view head, bool complete);
    void take_line(std::string_view line, std::string_view end, text::Passage& out);
    void take_untagged(const Response& response);
    [[nodiscard]] std::string rewritten(const Response& response,
                                        std::string_view line) const;
    [[nodiscard]] std::string own_answer(const Asked& asked);
    void take_tagged(const Asked& asked, const Response& response);
    void go_ahead();
    [[nodiscard]] Asked answered(std::string_view tag);

    Observer* observer_;
    FollowerOptions options_;
    std::vector<Asked> asked_; // in the order of the client
    // What the client is saying now.  A server may answer before it has been said.
    Asked current_;
    Place place_;
    std::uint32_t next_uid_validity_ = 0; // of the mailbox that is being entered

    Framer client_framer_;
    Client client_ = Client::head;
    bool waits_ = false; // a literal was announced, "+" has not come
    bool mailbox_known_ = false;
    bool upload_open_ = false;
    std::uint64_t upload_size_ = 0;
    std::string command_; // what is held back, then what is gathered of the arguments

    Framer server_framer_;
    Server server_ = Server::head;
    std::string response_;   // what is held back
    std::string_view whole_; // a line that came whole; only until its end is taken
    FetchScanner fetch_;
    bool compressed_ = false;
    std::string_view trouble_;
};

} // namespace imap
