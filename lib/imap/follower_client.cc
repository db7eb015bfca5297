// SPDX-License-Identifier: Apache-2.0
// imap/follower_client.cc - what a client says after the login.
#include "imap/follower.h"
#include "imap/value.h"
#include "text/lines.h"

#include <algorithm>
#include <array>
#include <utility>

namespace imap {

namespace {

// A head longer than this is none of the commands that matter here.
constexpr std::size_t longest_head = 256;
// Of arguments: enough for the name of any mailbox.
constexpr std::size_t most_gathered = 4096;

struct Head {
    std::string_view tag;
    std::string_view name; // without "UID "
    std::string_view rest; // behind the name
    bool known = false;    // the name ends here, or the line does
};

std::string_view take_word(std::string_view& text)
{
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

// `line`: what has come of it; `complete`: there is no more.
Head head_of(std::string_view line, bool complete)
{
    Head head;
    std::string_view rest = line;
    head.tag = take_word(rest);
    head.name = take_word(rest);
    if (text::equal_ignoring_case(head.name, "UID"))
        head.name = take_word(rest);
    head.rest = rest;
    const bool blank_behind = head.name.end() != line.end();
    head.known = complete || (!head.name.empty() && blank_behind);
    return head;
}

} // namespace

Follower::Kind Follower::kind_of(std::string_view name)
{
    struct Known {
        std::string_view name;
        Kind kind;
    };
    static constexpr std::array known{
        Known{"FETCH", Kind::fetch},       Known{"IDLE", Kind::idle},
        Known{"SELECT", Kind::select},     Known{"EXAMINE", Kind::select},
        Known{"CLOSE", Kind::leave},       Known{"UNSELECT", Kind::leave},
        Known{"APPEND", Kind::upload},     Known{"REPLACE", Kind::replace},
        Known{"COMPRESS", Kind::compress}, Known{"UNAUTHENTICATE", Kind::refused},
        Known{"STARTTLS", Kind::refused},  Known{"LOGOUT", Kind::logout},
    };
    for (const Known& one : known)
        if (text::equal_ignoring_case(one.name, name))
            return one.kind;
    return Kind::other;
}

bool Follower::must_wait() const
{
    if (waits_)
        return true;
    const bool between = client_ == Client::head && command_.empty();
    return between && !asked_.empty() &&
           (asked_.size() >= options_.limits.unanswered ||
            asked_.back().kind == Kind::compress);
}

bool Follower::owes_answers() const
{
    const bool saying = client_ != Client::head;
    const auto is_owed = [&](const Asked& one) {
        return one.kind != Kind::idle && !(saying && one.tag == current_.tag);
    };
    return !between_responses() || std::ranges::any_of(asked_, is_owed);
}

std::size_t Follower::client(std::string_view bytes, text::Passage& to_server)
{
    const std::size_t before = bytes.size();
    while (!bytes.empty() && !must_wait()) {
        // Nothing of the line comes any more that could tell what it is.
        if (client_ == Client::head && !command_.empty() && ends_line(bytes))
            release_head(bytes, to_server);
        const Piece piece = client_framer_.next(bytes);
        switch (piece.kind) {
        case Piece::Kind::text:
            take_client_text(piece.bytes, !bytes.empty(), to_server);
            break;
        case Piece::Kind::literal:
            take_client_literal(piece, to_server);
            break;
        case Piece::Kind::octets:
            take_client_octets(piece, to_server);
            break;
        case Piece::Kind::line_end:
            take_client_end(piece, to_server);
            break;
        case Piece::Kind::more:
            break;
        }
    }
    return before - bytes.size();
}

// `complete`: the end of the line is the next that comes.
void Follower::take_client_text(std::string_view text, bool complete, text::Passage& out)
{
    if (client_ != Client::head) {
        if (!ours())
            out.pass(text);
        gather(text);
        return;
    }
    const bool held = !command_.empty();
    if (held)
        command_ += text;
    const std::string_view line = held ? std::string_view(command_) : text;
    const bool decided = head_of(line, complete).known || line.size() > longest_head;
    if (!decided) {
        if (!held)
            command_ = text;
        return;
    }
    const std::string all(line);
    command_.clear();
    begin_command(all);
    if (ours())
        return;
    if (held)
        out.say(all);
    else
        out.pass(text);
}

void Follower::release_head(std::string_view next, text::Passage& out)
{
    std::string line = std::exchange(command_, {});
    begin_command(line_of(line, next));
    if (!ours())
        out.say(std::move(line));
}

void Follower::begin_command(std::string_view line)
{
    client_ = Client::body;
    mailbox_known_ = false;
    current_ = {};
    // The end of IDLE is no command (RFC 2177), nor is an empty line.
    if (line.empty() || text::equal_ignoring_case(line, "DONE")) {
        client_framer_.no_literals();
        return;
    }
    const Head head = head_of(line.substr(0, longest_head), true);
    current_ = {
        std::string(head.tag.substr(0, options_.limits.tag)), kind_of(head.name), {}};
    asked_.push_back(current_);
    if (current_.kind == Kind::compress || current_.kind == Kind::refused) {
        client_ = Client::own;
        client_framer_.no_literals();
    }
    gather(line.substr(static_cast<std::size_t>(head.rest.data() - line.data())));
}

bool Follower::ours() const
{
    return client_ == Client::own;
}

bool Follower::gathers() const
{
    return !mailbox_known_ && (current_.kind == Kind::select || uploads());
}

bool Follower::uploads() const
{
    return current_.kind == Kind::upload || current_.kind == Kind::replace;
}

void Follower::gather(std::string_view bytes)
{
    if (gathers() && command_.size() + bytes.size() <= most_gathered)
        command_ += bytes;
}

// The arguments up to here may hold the mailbox already.
void Follower::learn_mailbox(std::string_view end)
{
    if (!gathers())
        return;
    const std::size_t wanted = current_.kind == Kind::replace ? 2 : 1;
    std::string_view text = line_of(command_, end);
    const Announcement literal = announced(text);
    text.remove_suffix(literal.length);
    const auto values = parse_values(text, options_.limits.depth, wanted);
    if (!values || values->size() < wanted)
        return;
    current_.mailbox = (*values)[wanted - 1].text;
    if (!asked_.empty() && asked_.back().tag == current_.tag) // not answered yet
        asked_.back().mailbox = current_.mailbox;
    mailbox_known_ = true;
    command_.clear();
}

void Follower::take_client_literal(const Piece& piece, text::Passage& out)
{
    out.pass(piece.bytes);
    learn_mailbox(piece.bytes);
    waits_ = piece.waits;
    upload_size_ = piece.size;
    const bool content = mailbox_known_ && uploads();
    client_ = content ? Client::upload : Client::body;
    if (!content)
        gather(piece.bytes);
    if (content && piece.last) { // no octets will come
        observer_->upload_began(current_.mailbox, 0);
        observer_->upload_ended(true);
        client_ = Client::body;
    }
}

void Follower::take_client_octets(const Piece& piece, text::Passage& out)
{
    out.pass(piece.bytes);
    if (client_ != Client::upload) {
        gather(piece.bytes);
        return;
    }
    if (!std::exchange(upload_open_, true))
        observer_->upload_began(current_.mailbox, upload_size_);
    observer_->uploaded(piece.bytes);
    if (!piece.last)
        return;
    upload_open_ = false;
    client_ = Client::body;
    observer_->upload_ended(true);
}

void Follower::take_client_end(const Piece& piece, text::Passage& out)
{
    if (ours())
        out.say(current_.tag + " NOOP\r\n");
    else
        out.pass(piece.bytes);
    learn_mailbox(piece.bytes);
    command_.clear();
    client_ = Client::head;
}

} // namespace imap
