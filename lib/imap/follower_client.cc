// SPDX-License-Identifier: Apache-2.0
// imap/follower_client.cc - what a client says after the login.
#include "imap/follower.h"
#include "text/lines.h"
#include "text/words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace imap {

namespace {

// A head longer than this is none of the commands that matter here.
constexpr std::size_t longest_head = longest_tag;
// Of a literal that does not wait: what comes behind its number.
constexpr std::string_view unwaiting = "+}\r";

struct Head {
    std::string_view tag;
    std::string_view name; // without "UID "
    std::string_view rest; // behind the name
    bool uid = false;
    bool known = false; // the name ends here, or the line does
};

// `line`: what has come of it; `complete`: there is no more.
Head head_of(std::string_view line, bool complete)
{
    Head head;
    std::string_view rest = line;
    head.tag = text::take_word(rest);
    head.name = text::take_word(rest);
    head.uid = text::equal_ignoring_case(head.name, "UID");
    if (head.uid)
        head.name = text::take_word(rest);
    head.rest = rest;
    const bool blank_behind = head.name.end() != line.end();
    head.known = complete || (!head.name.empty() && blank_behind);
    return head;
}

CommandKind kind_of(const Head& head)
{
    using Kind = CommandKind;
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
        Known{"STARTTLS", Kind::refused},  Known{"URLFETCH", Kind::refused},
        Known{"LOGOUT", Kind::logout},
    };
    const auto found = std::ranges::find_if(known, [&](const Known& one) {
        return text::equal_ignoring_case(one.name, head.name);
    });
    if (found == known.end())
        return Kind::other;
    const bool has_uid_form = found->kind == Kind::fetch || found->kind == Kind::replace;
    return head.uid && !has_uid_form ? Kind::other : found->kind;
}

ArgumentScanner::Of arguments_of(CommandKind kind)
{
    switch (kind) {
    case CommandKind::select:
        return ArgumentScanner::Of::select;
    case CommandKind::upload:
        return ArgumentScanner::Of::upload;
    case CommandKind::replace:
        return ArgumentScanner::Of::replace;
    default:
        return ArgumentScanner::Of::nothing;
    }
}

} // namespace

bool Follower::must_wait() const
{
    if (waits_ != Waits::no || idle_ == Idle::asked || idle_ == Idle::over)
        return true;
    if (client_ != Client::head || !command_.empty())
        return false;
    const Asked* const latest = open_.latest();
    return open_.full() || (latest != nullptr && latest->kind == CommandKind::compress);
}

bool Follower::owes_answers() const
{
    return !between_responses() || idle_ == Idle::over || open_.owed();
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
        if (client_ == Client::own)
            command_ +=
                text.substr(0, longest_head - std::min(longest_head, command_.size()));
        if (silent())
            return;
        arguments_.text(text);
        return pass_on(text, out);
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
    std::string all = held ? std::exchange(command_, {}) : std::string();
    begin_command(held ? all : text);
    if (silent())
        return;
    if (held)
        say_on(std::move(all), out);
    else
        pass_on(text, out);
}

void Follower::release_head(std::string_view next, text::Passage& out)
{
    std::string line = std::exchange(command_, {});
    begin_command(line_of(line, next));
    if (!silent())
        say_on(std::move(line), out);
}

// All but what may say that a literal does not wait: that is not known before the line
// ends.
void Follower::pass_on(std::string_view text, text::Passage& out)
{
    const std::size_t tail = client_framer_.unwaiting_tail();
    if (tail <= text.size()) {
        say_withheld(out);
        out.pass(text.substr(0, text.size() - tail));
    }
    withheld_ = tail;
}

void Follower::say_on(std::string text, text::Passage& out)
{
    withheld_ = client_framer_.unwaiting_tail();
    text.resize(text.size() - withheld_);
    out.say(std::move(text));
}

void Follower::say_withheld(text::Passage& out)
{
    out.say(std::string(unwaiting.substr(0, std::exchange(withheld_, 0))));
}

void Follower::begin_command(std::string_view line)
{
    client_ = Client::body;
    kind_ = CommandKind::other;
    sound_tag_ = false;
    arguments_.begin(ArgumentScanner::Of::nothing);
    if (idle_ == Idle::under_way) // whatever it is, it ends IDLE (RFC 2177)
        client_ = Client::idling;
    if (client_ == Client::idling) {
        if (!line.empty()) // else it has ended
            client_framer_.no_literals();
        return;
    }
    const Head head = head_of(line.substr(0, longest_head), true);
    sound_tag_ = is_sound_tag(head.tag);
    kind_ = kind_of(head);
    const bool ours = kind_ == CommandKind::compress || kind_ == CommandKind::refused;
    if (ours && !sound_tag_) // nobody could answer it
        kind_ = CommandKind::other;
    open_.ask(head.tag, kind_);
    if (ours && sound_tag_)
        return begin_own(line);
    if (kind_ == CommandKind::idle)
        client_framer_.no_literals();
    arguments_.begin(arguments_of(kind_));
    arguments_.text(line.substr(static_cast<std::size_t>(head.rest.data() - line.data())));
}

void Follower::begin_own(std::string_view line)
{
    client_ = Client::own;
    client_framer_.no_literals();
    command_ = line.substr(0, longest_head);
}

// Nothing of what comes now goes on.
bool Follower::silent() const
{
    return client_ == Client::own || client_ == Client::dropped;
}

bool Follower::uploads() const
{
    return kind_ == CommandKind::upload || kind_ == CommandKind::replace;
}

void Follower::take_client_literal(const Piece& piece, text::Passage& out)
{
    if (client_ == Client::dropped || open_.saying() == nullptr)
        return unwanted(piece, out);
    const bool content = arguments_.literal() && uploads();
    client_ = content ? Client::upload : Client::body;
    upload_size_ = piece.size;
    announce(piece, out);
    if (!piece.last) // no octets will come
        return;
    if (!content)
        arguments_.octets({}, true);
    else if (waits_ == Waits::no)
        begin_message();
}

// The server is asked whether it wants the literal, even if the client does not ask; but
// not if there is no doubt, or each upload would have to wait.
void Follower::announce(const Piece& piece, text::Passage& out)
{
    Asked& asked = *open_.saying();
    const bool trusting = kind_ == CommandKind::upload && client_ == Client::upload &&
                          arguments_.sound() && sound_tag_;
    if (piece.waits) {
        waits_ = Waits::client;
    } else if (trusting) {
        asked.trusting = true;
        say_withheld(out);
    } else {
        waits_ = Waits::us;
        out.say(std::string(unwaiting.substr(0, withheld_).substr(1)));
        withheld_ = 0;
    }
    out.pass(piece.bytes);
}

// The command has been answered: its literals go nowhere, and to the server its line ends
// without having announced one.
void Follower::unwanted(const Piece& piece, text::Passage& out)
{
    if (client_ != Client::dropped) {
        if (std::exchange(withheld_, 0) == unwaiting.size())
            out.say("\r");
        out.pass(piece.bytes);
    }
    client_ = piece.waits ? Client::head : Client::dropped;
    if (piece.waits)
        client_framer_.cancel_literal();
}

void Follower::begin_message()
{
    if (!arguments_.flags().empty())
        observer_->upload_flags(arguments_.flags());
    observer_->upload_began(arguments_.mailbox(), upload_size_);
    upload_open_ = upload_size_ > 0;
    if (upload_open_)
        return;
    observer_->upload_ended(true);
    client_ = Client::body;
}

void Follower::take_client_octets(const Piece& piece, text::Passage& out)
{
    if (client_ == Client::dropped)
        return;
    out.pass(piece.bytes);
    if (client_ != Client::upload)
        return arguments_.octets(piece.bytes, piece.last);
    if (!upload_open_)
        begin_message();
    observer_->uploaded(piece.bytes);
    if (!piece.last)
        return;
    upload_open_ = false;
    client_ = Client::body;
    observer_->upload_ended(true);
}

void Follower::take_client_end(const Piece& piece, text::Passage& out)
{
    if (client_ == Client::head) // an empty line
        begin_command({});
    if (client_ == Client::own)
        say_noop(piece.bytes, out);
    if (!silent()) {
        say_withheld(out);
        out.pass(piece.bytes);
    }
    end_command();
}

void Follower::end_command()
{
    arguments_.end();
    if (Asked* const asked = open_.saying()) {
        if (asked->kind == CommandKind::select)
            asked->mailbox = arguments_.mailbox();
        asked->messages = arguments_.messages();
        if (asked->kind == CommandKind::idle)
            idle_ = Idle::asked;
    }
    if (client_ == Client::idling && idle_ == Idle::under_way)
        idle_ = Idle::over;
    arguments_.begin(ArgumentScanner::Of::nothing);
    open_.said();
    std::exchange(command_, {});
    client_ = Client::head;
}

// There is one compression, and one way to ask for it.
void Follower::say_noop(std::string_view end, text::Passage& out)
{
    const Head head = head_of(line_of(command_, end), true);
    const bool deflate = text::equal_ignoring_case(text::trim(head.rest), "DEFLATE");
    Asked* const asked = open_.saying();
    if (asked != nullptr && asked->kind == CommandKind::compress && !deflate)
        asked->kind = CommandKind::refused;
    out.say(std::string(head.tag) + " NOOP\r\n");
}

} // namespace imap
