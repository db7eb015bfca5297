// SPDX-License-Identifier: Apache-2.0
// imap/follower.h - understands a session after its login from the bytes that pass, in both
// directions, and takes part in every session alike.
//
// Fed with what has come from one side, it says what goes on to the other: those bytes,
// unchanged, but for these few, which concern one leg only:
//
//   client   COMPRESS and UNAUTHENTICATE go on as NOOP; the answer is ours.
//   client   {17+} goes on as {17}, and the "+" to it goes nowhere.
//   client   {17+} of a message that is uploaded in due form goes on as it is.
//   server   CAPABILITY lists go on without what cannot pass (imap/capabilities.h).
//
// Only the beginning of a line may be held back until it is known what it is.  Client,
// server and we agree where commands begin, whatever the server thinks of what the client
// says: after a literal that waits for "+" (and these are nearly all, see above) and within
// IDLE nothing is looked at, and nothing goes on, before the server has said what it makes
// of it. If it does not want the literal, the octets of one that did not wait go nowhere;
// nor does the rest of its command.  (Servers take such octets for commands if they dislike
// what stands before them.)  Of an upload in due form the server takes the octets unless it
// says BAD, and then the session has to end: from there on nobody knows.
//
// What a client may see of us: nothing but the above.  Memory: the strings below, bounded
// by Limits; about 600 bytes while nothing is under way.
#pragma once

#include "imap/argument_scanner.h"
#include "imap/fetch_scanner.h"
#include "imap/framer.h"
#include "imap/limits.h"
#include "imap/observer.h"
#include "imap/open_commands.h"
#include "text/passage.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imap {

struct FollowerOptions {
    Limits limits;
    bool compress = false; // the client may have COMPRESS=DEFLATE
};

class Follower {
public:
    Follower(Observer& observer, const FollowerOptions& options)
        : observer_(&observer), options_(options), open_(options.limits.unanswered),
          fetch_(observer)
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
    // The server has not answered all that was asked; IDLE before its DONE, and a command
    // that has not been said to its end have no answer.
    [[nodiscard]] bool owes_answers() const;
    // What was said makes no sense any more: the session has to end.  Empty: all is well.
    [[nodiscard]] std::string_view trouble() const { return trouble_; }
    [[nodiscard]] const Place& place() const { return place_; }

private:
    // Where within a command the client is.
    enum class Client : std::uint8_t {
        head,
        body,
        own,     // answered by us
        upload,  // within a literal that is a message
        idling,  // the line that ends IDLE
        dropped, // what is left of a command whose literal the server does not want
    };
    // Where within a response the server is.
    enum class Server : std::uint8_t { head, fetch, line, vanished, other, dropped };
    enum class Idle : std::uint8_t {
        none,
        asked,     // and neither "+" nor an answer has come
        under_way, // the client's next line ends it
        over,      // and the answer has not come
    };
    // What the client waits for behind the announcement of a literal.
    enum class Waits : std::uint8_t {
        no,
        client, // and knows it
        us,     // it has sent the octets already
    };

    // client
    void take_client_text(std::string_view text, bool complete, text::Passage& out);
    void take_client_end(const Piece& piece, text::Passage& out);
    void take_client_literal(const Piece& piece, text::Passage& out);
    void announce(const Piece& piece, text::Passage& out);
    void unwanted(const Piece& piece, text::Passage& out);
    void take_client_octets(const Piece& piece, text::Passage& out);
    void release_head(std::string_view next, text::Passage& out);
    void pass_on(std::string_view text, text::Passage& out);
    void say_on(std::string text, text::Passage& out);
    void say_withheld(text::Passage& out);
    void begin_command(std::string_view line);
    void begin_own(std::string_view line);
    void say_noop(std::string_view end, text::Passage& out);
    void end_command();
    void begin_message();
    [[nodiscard]] bool uploads() const;
    [[nodiscard]] bool silent() const;

    // server
    void take_server_text(std::string_view text, bool complete, text::Passage& out);
    void take_server_end(std::string_view end, bool last, text::Passage& out);
    void take_server_literal(const Piece& piece);
    void hold(std::string_view text, bool complete, bool held, text::Passage& out);
    void take_beginning(std::string_view line, text::Passage& out);
    void decide(std::string_view head, bool complete);
    void take_line(std::string_view line, std::string_view end, text::Passage& out);
    [[nodiscard]] std::optional<std::string> answer(const Response& response);
    [[nodiscard]] bool go_ahead();
    void take_untagged(const Response& response);
    void take_answer(const Asked& asked, const Response& response);
    [[nodiscard]] std::optional<Asked> answered(const Response& response);
    [[nodiscard]] std::string own_answer(CommandKind kind, std::string_view tag);
    void literal_refused(const Response& why);
    void idle_answered();
    void enter(const Asked& asked, const Response& response);
    void leave();

    Observer* observer_;
    FollowerOptions options_;
    OpenCommands open_;
    Place place_;
    std::uint32_t next_uid_validity_ = 0; // of the mailbox that is being entered

    Framer client_framer_;
    Client client_ = Client::head;
    CommandKind kind_ = CommandKind::other; // of what the client is saying
    Idle idle_ = Idle::none;
    Waits waits_ = Waits::no;
    bool sound_tag_ = false;
    bool upload_open_ = false;
    std::size_t withheld_ = 0; // of "+}" and a CR
    std::uint64_t upload_size_ = 0;
    std::string command_; // what is held back; of what we answer, all
    ArgumentScanner arguments_;

    Framer server_framer_;
    Server server_ = Server::head;
    std::string response_;   // what is held back
    std::string_view whole_; // a line that came whole; only until its end is taken
    FetchScanner fetch_;
    bool compressed_ = false;
    std::string_view trouble_;
};

} // namespace imap
