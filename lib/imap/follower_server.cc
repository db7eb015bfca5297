// SPDX-License-Identifier: Apache-2.0
// imap/follower_server.cc - what a server says after the login.
#include "imap/capabilities.h"
#include "imap/follower.h"
#include "text/lines.h"
#include "text/words.h"

#include <algorithm>
#include <array>
#include <utility>

namespace imap {

namespace {

// Within so many bytes it is known what a response is.
constexpr std::size_t longest_head = 160;

enum class What : std::uint8_t { unknown, fetch, line, vanished, other };

struct Beginning {
    What what = What::unknown;
    std::uint32_t sequence = 0;
    std::size_t size = 0; // up to what FETCH or VANISHED say
};

bool is_line_word(std::string_view word)
{
    constexpr std::array<std::string_view, 6> words{"OK",  "NO",      "BAD",
                                                    "BYE", "PREAUTH", "CAPABILITY"};
    return std::any_of(words.begin(), words.end(), [&](std::string_view one) {
        return text::equal_ignoring_case(one, word);
    });
}

// Lines that are understood whole are those of status, CAPABILITY, VANISHED and EXPUNGE.
Beginning beginning_of(std::string_view head, bool complete)
{
    std::string_view rest = head;
    const auto unfinished = [&](std::string_view word) {
        return !complete && word.end() == head.end();
    };
    const auto found = [&](What what, std::uint32_t sequence = 0) {
        return Beginning{what, sequence, head.size() - rest.size()};
    };
    if (!head.starts_with('*'))
        return found(What::line); // a tag, however long
    const std::string_view star = text::take_word(rest);
    if (unfinished(star) && text::without_cr(star) == "*")
        return {};
    if (star != "*")
        return found(What::line);
    const std::string_view word = text::take_word(rest);
    if (unfinished(word))
        return {};
    if (text::equal_ignoring_case(word, "VANISHED"))
        return found(What::vanished);
    const auto sequence = text::number_in<std::uint32_t>(word);
    if (!sequence)
        return found(is_line_word(word) ? What::line : What::other);
    const std::string_view data = text::take_word(rest);
    if (unfinished(data))
        return {};
    if (text::equal_ignoring_case(data, "FETCH"))
        return found(What::fetch, *sequence);
    const bool expunge = text::equal_ignoring_case(data, "EXPUNGE");
    return found(expunge ? What::line : What::other);
}

} // namespace

std::size_t Follower::server(std::string_view bytes, text::Passage& to_client)
{
    const std::size_t before = bytes.size();
    const bool was_compressed = compressed_;
    while (!bytes.empty() && compressed_ == was_compressed && trouble_.empty()) {
        // Nothing of the line comes any more that could tell what it is.
        if (server_ == Server::head && !response_.empty() && ends_line(bytes))
            decide(line_of(response_, bytes), true);
        const Piece piece = server_framer_.next(bytes);
        switch (piece.kind) {
        case Piece::Kind::text:
            take_server_text(piece.bytes, !bytes.empty(), to_client);
            break;
        case Piece::Kind::literal:
            take_server_end(piece.bytes, false, to_client);
            take_server_literal(piece);
            break;
        case Piece::Kind::octets:
            to_client.pass(piece.bytes);
            if (server_ == Server::fetch)
                fetch_.octets(piece.bytes, piece.last);
            break;
        case Piece::Kind::line_end:
            take_server_end(piece.bytes, true, to_client);
            break;
        case Piece::Kind::more:
            break;
        }
    }
    return before - bytes.size();
}

// `complete`: the end of the line is the next that comes.
void Follower::take_server_text(std::string_view text, bool complete, text::Passage& out)
{
    if (server_ == Server::dropped)
        return;
    if (server_ == Server::fetch)
        fetch_.text(text);
    else if (server_ == Server::vanished)
        observer_->vanished(text::without_cr(text));
    if (server_ != Server::head && server_ != Server::line)
        return out.pass(text);

    const bool held = !response_.empty();
    if (held)
        response_ += text;
    if (server_ == Server::head)
        decide(held ? std::string_view(response_) : text, complete);
    if (server_ == Server::head || server_ == Server::line)
        hold(text, complete, held, out);
    else if (held)
        out.say(std::exchange(response_, {}));
    else
        out.pass(text);
}

// Until the line has ended; if it does so in these bytes they need not be kept.
void Follower::hold(std::string_view text, bool complete, bool held, text::Passage& out)
{
    if (!held && complete)
        whole_ = text;
    else if (!held)
        response_ = text;
    const std::string_view line = response_.empty() ? whole_ : response_;
    // A CR at its end may be that of the line end.
    if ((complete ? line : text::without_cr(line)).size() > options_.limits.response)
        take_beginning(line, out);
}

// Of a line that is too long to be kept: what begins as this does has to be understood, and
// then the rest passes.
void Follower::take_beginning(std::string_view line, text::Passage& out)
{
    const Response response = parse_beginning(line.substr(0, options_.limits.response));
    std::string_view list;
    if (response.tag.empty() || response.has_code("CAPABILITY") ||
        response.data("CAPABILITY", list)) {
        trouble_ = "server says a line that is too long";
        return;
    }
    const std::optional<std::string> instead = answer(response);
    server_ = instead ? Server::dropped : Server::other;
    if (instead)
        out.say(*instead);
    else if (response_.empty())
        out.pass(line);
    else
        out.say(response_);
    response_.clear();
    whole_ = {};
}

void Follower::decide(std::string_view head, bool complete)
{
    // A CR at its end may be that of the line end.
    const bool too_long = (complete ? head : text::without_cr(head)).size() > longest_head;
    const bool all = complete && !too_long;
    const Beginning beginning = beginning_of(head.substr(0, longest_head + 1), all);
    if (beginning.what == What::unknown) {
        if (too_long)
            trouble_ = "server says what is no IMAP";
        return;
    }
    if (beginning.what == What::fetch) {
        server_ = Server::fetch;
        fetch_.begin(beginning.sequence);
        fetch_.text(head.substr(beginning.size));
    } else if (beginning.what == What::vanished) {
        server_ = Server::vanished;
        observer_->vanished(text::without_cr(head.substr(beginning.size)));
    } else if (beginning.what == What::line) {
        server_ = Server::line;
        server_framer_.no_literals();
    } else {
        server_ = Server::other;
    }
}

// The end of a line: of a response, or before a literal.
void Follower::take_server_end(std::string_view end, bool last, text::Passage& out)
{
    const bool held = !response_.empty();
    if (server_ == Server::head) { // an empty line
        trouble_ = "server says what is no IMAP";
        return;
    }
    if (server_ == Server::dropped) {
        response_.clear();
    } else if (server_ == Server::line && last) {
        take_line(held ? line_of(response_, end) : whole_, end, out);
    } else {
        if (held)
            out.say(std::exchange(response_, {}));
        out.pass(end);
    }
    if (server_ == Server::fetch && last)
        fetch_.end();
    if (server_ == Server::vanished && last)
        observer_->vanished_done();
    response_.clear();
    whole_ = {};
    if (last)
        server_ = Server::head;
}

void Follower::take_server_literal(const Piece& piece)
{
    if (server_ == Server::fetch)
        fetch_.literal(piece.size);
}

// A whole line; what becomes of it goes out.
void Follower::take_line(std::string_view line, std::string_view end, text::Passage& out)
{
    const Response response = parse_response(line);
    if (response.tag.empty()) {
        trouble_ = "server says what is no IMAP";
        return;
    }
    std::optional<std::string> instead = answer(response);
    if (!instead) {
        std::string other = filtered(response, line, options_.compress && !compressed_);
        if (!other.empty())
            instead = std::move(other) + "\r\n";
    }
    if (instead) {
        out.say(*std::move(instead));
    } else if (!whole_.empty()) {
        out.pass(line);
        out.pass(end);
    } else {
        out.say(std::exchange(response_, {}));
        out.pass(end);
    }
}

// What the client hears instead, perhaps nothing at all; nullopt: the line itself.
std::optional<std::string> Follower::answer(const Response& response)
{
    if (response.continuation())
        return go_ahead() ? std::nullopt : std::optional<std::string>("");
    if (response.untagged())
        take_untagged(response);
    if (response.untagged() && response.condition != Condition::bad)
        return std::nullopt;
    const std::optional<Asked> asked = answered(response);
    if (!asked)
        return std::nullopt;
    take_answer(*asked, response);
    const bool ours =
        asked->kind == CommandKind::compress || asked->kind == CommandKind::refused;
    if (!ours || response.untagged())
        return std::nullopt;
    return own_answer(asked->kind, response.tag) + "\r\n";
}

// Whether the client is to hear it.
bool Follower::go_ahead()
{
    if (idle_ == Idle::asked) {
        idle_ = Idle::under_way;
        return true;
    }
    if (waits_ == Waits::no) {
        trouble_ = "server asks for what was not announced";
        return true;
    }
    const bool asked_by_client = std::exchange(waits_, Waits::no) == Waits::client;
    if (client_ == Client::upload && upload_size_ == 0)
        begin_message();
    return asked_by_client;
}

void Follower::take_untagged(const Response& response)
{
    if (response.has_code("UIDVALIDITY"))
        next_uid_validity_ = text::number_in<std::uint32_t>(response.code_text).value_or(0);
    if (response.condition == Condition::bye)
        observer_->bye();
    if (response.has_code("CLOSED")) // RFC 7162: what comes is of the mailbox being entered
        leave();
    std::string_view rest = response.text;
    const auto sequence = text::number_in<std::uint32_t>(text::take_word(rest));
    if (response.condition == Condition::none && sequence &&
        text::equal_ignoring_case(rest, "EXPUNGE"))
        observer_->expunged(*sequence);
}

// The command that this answers, if any.
std::optional<Asked> Follower::answered(const Response& response)
{
    const bool was_saying = open_.saying() != nullptr;
    std::optional<Asked> asked =
        response.untagged() ? open_.not_understood() : open_.answered(response.tag);
    if (was_saying && open_.saying() == nullptr)
        literal_refused(response);
    if (asked && asked->trusting && response.condition == Condition::bad)
        trouble_ = "client says a command that the server does not understand, with a "
                   "literal that did not wait";
    return asked;
}

// If one is waiting: the server does not want it.  But of an upload that is not in due form
// some servers take the octets all the same.
void Follower::literal_refused(const Response& why)
{
    const Waits waited = std::exchange(waits_, Waits::no);
    if (waited != Waits::no && client_ == Client::upload && !upload_open_)
        observer_->upload_refused(arguments_.mailbox(), upload_size_, why);
    if (waited != Waits::no && kind_ == CommandKind::upload && arguments_.lost())
        trouble_ = "client says an upload that makes no sense";
    if (waited == Waits::us)
        client_ = Client::dropped;
    if (waited != Waits::client)
        return;
    client_framer_.cancel_literal();
    end_command();
}

std::string Follower::own_answer(CommandKind kind, std::string_view tag)
{
    const std::string own_tag(tag);
    if (kind == CommandKind::refused)
        return own_tag + " BAD not possible here";
    if (!options_.compress)
        return own_tag + " BAD compression is not offered";
    if (std::exchange(compressed_, true))
        return own_tag + " NO [COMPRESSIONACTIVE] compression is active already";
    return own_tag + " OK compression begins";
}

void Follower::take_answer(const Asked& asked, const Response& response)
{
    const bool fine = response.condition == Condition::ok;
    switch (asked.kind) {
    case CommandKind::select:
        return enter(asked, response);
    case CommandKind::leave:
        return fine ? leave() : void();
    case CommandKind::fetch:
        return fine ? void() : observer_->fetch_refused(response);
    case CommandKind::upload:
    case CommandKind::replace:
        return observer_->upload_answered(response, std::max(asked.messages, 1U));
    case CommandKind::logout:
        return observer_->logged_out();
    case CommandKind::idle:
        return idle_answered();
    case CommandKind::compress:
    case CommandKind::refused:
    case CommandKind::other:
        return;
    }
}

// A SELECT that fails leaves no mailbox selected (RFC 9051 section 6.3.2), but one that was
// not understood changes nothing.
void Follower::enter(const Asked& asked, const Response& response)
{
    if (response.condition == Condition::bad)
        return;
    const std::uint32_t uid_validity = std::exchange(next_uid_validity_, 0);
    if (response.condition == Condition::no)
        return leave();
    place_ = {asked.mailbox, uid_validity};
    observer_->entered(place_);
}

void Follower::leave()
{
    if (place_.mailbox.empty())
        return;
    place_ = {};
    observer_->entered(place_);
}

// The line that was to end it is not said to its end: it is a command now, perhaps.
void Follower::idle_answered()
{
    if (client_ == Client::idling && idle_ == Idle::under_way)
        trouble_ = "server ends IDLE while the client does";
    idle_ = Idle::none;
}

void Follower::ended()
{
    fetch_.cut();
    if (std::exchange(upload_open_, false))
        observer_->upload_ended(false);
    open_.clear();
}

} // namespace imap
