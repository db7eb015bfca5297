// SPDX-License-Identifier: Apache-2.0
// imap/follower_server.cc - what a server says after the login.
#include "imap/capabilities.h"
#include "imap/follower.h"
#include "text/lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace imap {

namespace {

// Within so many bytes it is known what a response is.
constexpr std::size_t longest_head = 160;

std::string_view without_cr(std::string_view text)
{
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

std::string_view take_word(std::string_view& text)
{
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

std::optional<std::uint32_t> number_in(std::string_view text)
{
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    if (error != std::errc{} || end != text.end())
        return std::nullopt;
    return number;
}

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
    const std::string_view tag = take_word(rest);
    if (unfinished(tag))
        return {};
    if (tag != "*")
        return found(What::line);
    const std::string_view word = take_word(rest);
    if (unfinished(word))
        return {};
    if (text::equal_ignoring_case(word, "VANISHED"))
        return found(What::vanished);
    const auto sequence = number_in(word);
    if (!sequence)
        return found(is_line_word(word) ? What::line : What::other);
    const std::string_view data = take_word(rest);
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
    if (server_ == Server::fetch)
        fetch_.text(text);
    else if (server_ == Server::vanished)
        observer_->vanished(without_cr(text));
    if (server_ != Server::head && server_ != Server::line)
        return out.pass(text);

    const bool held = !response_.empty();
    if (held)
        response_ += text;
    if (server_ == Server::head)
        decide(held ? std::string_view(response_) : text, complete);
    if (server_ == Server::head || server_ == Server::line)
        hold(text, complete, held);
    else if (held)
        out.say(std::exchange(response_, {}));
    else
        out.pass(text);
}

// Until the line has ended; if it does so in these bytes they need not be kept.
void Follower::hold(std::string_view text, bool complete, bool held)
{
    if (!held && complete)
        whole_ = text;
    else if (!held)
        response_ = text;
    if (std::max(response_.size(), whole_.size()) > options_.limits.response)
        trouble_ = "server says a line that is too long";
}

void Follower::decide(std::string_view head, bool complete)
{
    // A CR at its end may be that of the line end.
    const bool too_long = (complete ? head : without_cr(head)).size() > longest_head;
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
        observer_->vanished(without_cr(head.substr(beginning.size)));
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
    if (server_ == Server::line && last) {
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
    std::string instead;
    if (response.continuation()) {
        go_ahead();
    } else if (response.untagged()) {
        take_untagged(response);
        instead = rewritten(response, line);
    } else {
        const Asked asked = answered(response.tag);
        take_tagged(asked, response);
        instead = own_answer(asked);
        if (instead.empty())
            instead = rewritten(response, line);
    }
    if (!instead.empty()) {
        out.say(instead + "\r\n");
    } else if (!whole_.empty()) {
        out.pass(line);
        out.pass(end);
    } else {
        out.say(std::exchange(response_, {}));
        out.pass(end);
    }
}

void Follower::take_untagged(const Response& response)
{
    if (response.has_code("UIDVALIDITY"))
        next_uid_validity_ = number_in(response.code_text).value_or(0);
    if (response.condition == Condition::bye)
        observer_->bye();
    std::string_view rest = response.text;
    const auto sequence = number_in(take_word(rest));
    if (response.condition == Condition::none && sequence &&
        text::equal_ignoring_case(rest, "EXPUNGE"))
        observer_->expunged(*sequence);
}

std::string Follower::rewritten(const Response& response, std::string_view line) const
{
    return filtered(response, line, options_.compress && !compressed_);
}

std::string Follower::own_answer(const Asked& asked)
{
    if (asked.kind == Kind::refused)
        return asked.tag + " BAD not possible here";
    if (asked.kind != Kind::compress)
        return {};
    if (!options_.compress)
        return asked.tag + " BAD compression is not offered";
    if (std::exchange(compressed_, true))
        return asked.tag + " NO [COMPRESSIONACTIVE] compression is active already";
    return asked.tag + " OK compression begins";
}

// The command that a tagged line answers, taken off the list.  A tag that nobody has used
// answers nothing.
Follower::Asked Follower::answered(std::string_view tag)
{
    const auto found = std::find_if(asked_.begin(), asked_.end(),
                                    [&](const Asked& one) { return one.tag == tag; });
    if (found == asked_.end())
        return {};
    Asked asked = std::move(*found);
    asked_.erase(found);
    if (waits_ && asked.tag == current_.tag) { // it does not want the literal
        waits_ = false;
        client_framer_.cancel_literal();
        client_ = Client::head;
        command_.clear();
    }
    return asked;
}

void Follower::go_ahead()
{
    waits_ = false;
}

void Follower::take_tagged(const Asked& asked, const Response& response)
{
    const bool fine = response.condition == Condition::ok;
    switch (asked.kind) {
    case Kind::select: // a SELECT that fails leaves no mailbox selected (RFC 9051 6.3.2)
    case Kind::leave:
        if (asked.kind == Kind::leave && !fine)
            break;
        place_ = {};
        if (asked.kind == Kind::select && fine)
            place_ = {asked.mailbox, next_uid_validity_};
        next_uid_validity_ = 0;
        observer_->entered(place_);
        break;
    case Kind::fetch:
        if (!fine)
            observer_->fetch_refused(response);
        break;
    case Kind::upload:
    case Kind::replace:
        observer_->upload_answered(response);
        break;
    case Kind::logout:
        observer_->logged_out();
        break;
    case Kind::compress:
    case Kind::refused:
    case Kind::idle:
    case Kind::other:
        break;
    }
}

void Follower::ended()
{
    fetch_.cut();
    if (std::exchange(upload_open_, false))
        observer_->upload_ended(false);
    asked_.clear();
}

} // namespace imap
