// SPDX-License-Identifier: Apache-2.0
// session/smtp_server_session.cc - the dialogue.

#include "session/smtp_server_session.h"

#include "base/log.h"
#include "session/farewell.h"

#include <fmt/format.h>

#include <algorithm>

namespace session {

namespace {

using smtp::Then;

constexpr base::seconds kFarewellPatience{5};

smtp::Command understand(const net::Line& line, const smtp::CommandOptions& options)
{
    if (line.hopeless)
        return line.stray ? smtp::bare_newline() : smtp::endless_line();
    if (line.too_long)
        return smtp::line_too_long(line.text);
    if (line.stray)
        return smtp::bare_newline();
    return smtp::parse_command(line.text, options);
}

// Whether a message that was begun is done with it, accepted or not.
bool ends_message(const smtp::Command& command)
{
    const auto* const chunk = std::get_if<smtp::Bdat>(&command);
    return chunk != nullptr ? chunk->last : std::holds_alternative<smtp::Data>(command);
}

net::Task<smtp::Verdict> unchanged(smtp::Verdict verdict)
{
    co_return verdict;
}

} // namespace

SmtpServerSession::SmtpServerSession(SmtpServer& server,
                                     std::shared_ptr<const SmtpListener> listener,
                                     Arrival arrival)
    : server_(server), listener_(std::move(listener)), wire_(std::move(arrival.stream)),
      id_(std::move(arrival.id)), peer_(arrival.peer), arrived_(arrival.peer),
      client_{.address = arrival.peer, .name = {}}, envelope_share_(server.envelopes())
{
    if (arrival.counted)
        counted_ = client_.address;
    server_.joined(this);
}

SmtpServerSession::~SmtpServerSession()
{
    if (counted_)
        server_.limits().leave(*counted_);
    server_.left(this);
}

net::Task<void> SmtpServerSession::run()
{
    try {
        const bool welcome = co_await arrive();
        if (welcome)
            co_await converse();
        co_await wire_.flush();
    } catch (const net::TimedOut&) {
        timed_out_ = true;
        why_ended_ = server_.draining() ? "shutdown" : "timeout";
    } catch (const net::PeerGone&) {
        why_ended_ = "gone";
    } catch (const net::TlsFailure& failure) {
        why_ended_ = "tls";
        base::log(base::Level::notice, "tls-failed", id_,
                  {{"client", client_.address.ip()}, {"error", failure.what()}});
    }
    message_.reset(); // not committed: nothing of it stays
    if (witness_)
        witness_->ended(why_ended_);
    if (timed_out_ && transaction_ && wire_.can_speak())
        co_await say_goodbye();
    leave();
    log_end();
}

net::Task<void> SmtpServerSession::converse()
{
    wire_.say(transaction_->greeting());

    for (;;) {
        const smtp::Command command = co_await hear_command();
        if (witness_)
            witness_->about_to(command);
        smtp::Verdict verdict = transaction_->judge(command, wire_.has_input());
        if (verdict.reply.code == 552)
            log_refused_size(command, verdict.reply);
        verdict = co_await attend(verdict, command);
        if (witness_)
            witness_->answered(command, verdict.reply);
        co_await answer(verdict);
        // Pipelined commands behind a message wait for it, whosever it is.
        if (witness_ && ends_message(command))
            co_await wire_.flush();
        if (!transaction_->in_chunks())
            message_.reset();
        if (transaction_->envelope().recipients.empty())
            envelope_share_.give_back();

        if (verdict.then == Then::hang_up) {
            if (!std::holds_alternative<smtp::Quit>(command))
                why_ended_ = "refused";
            co_return;
        }
    }
}

net::Task<smtp::Command> SmtpServerSession::hear_command()
{
    if (server_.draining())
        throw net::TimedOut("shutting down");
    set_command_deadline();
    at_command_ = true;
    const net::Line line = co_await wire_.hear_line(listener_->service.limits.command_line);
    at_command_ = false;
    co_return understand(line, transaction_->command_options());
}

// Where a verdict is a question, finds out; the result is a verdict that only has to be
// said.
net::Task<smtp::Verdict> SmtpServerSession::attend(const smtp::Verdict& verdict,
                                                   const smtp::Command& command)
{
    switch (verdict.then) {
    case Then::check_sender:
        return check_sender();
    case Then::check_recipient:
        return check_recipient();
    case Then::take_data:
        return take_data(verdict.reply);
    case Then::take_chunk:
        return take_chunk(verdict.chunk_size, verdict.last_chunk);
    case Then::swallow_chunk:
        return swallow_chunk(verdict);
    case Then::start_tls:
        return start_tls(verdict);
    case Then::authenticate:
        return log_in(std::get<smtp::Auth>(command));
    case Then::apply_xclient:
        return apply_xclient(std::get<smtp::Xclient>(command).client);
    case Then::flush_queue:
        return flush_queue(std::get<smtp::Etrn>(command).node);
    case Then::listen:
    case Then::hang_up:
        break;
    }
    return unchanged(verdict);
}

net::Task<void> SmtpServerSession::answer(smtp::Verdict verdict)
{
    if (verdict.delay) {
        co_await wire_.flush();
        co_await net::sleep_for(server_.world().loop, listener_->times.error_delay);
    }
    if (verdict.reply.code != 0)
        wire_.say(verdict.reply);
    if (wire_.should_flush())
        co_await wire_.flush();
}

base::seconds SmtpServerSession::patience() const
{
    return server_.limits().under_load() ? listener_->times.busy : listener_->times.idle;
}

void SmtpServerSession::set_command_deadline()
{
    wire_.stream().set_deadline(
        std::min(base::Steady::now() + patience(), started_ + listener_->times.session));
}

void SmtpServerSession::drain()
{
    if (at_command_)
        wire_.stream().set_deadline(base::Steady::now());
}

net::Task<void> SmtpServerSession::say_goodbye()
{
    smtp::Reply reply{421, "4.4.2", "timeout, closing the connection"};
    if (server_.draining())
        reply = {421, "4.3.2", "shutting down, try again later"};
    wire_.stream().set_timeout(kFarewellPatience);
    wire_.say(reply);
    try {
        co_await wire_.flush();
    } catch (const std::runtime_error&) {
        co_return; // it does not listen any more
    }
}

void SmtpServerSession::leave()
{
    if (why_ended_ == "quit")
        close_after_quit(wire_.stream());
    else if (why_ended_ != "gone" && why_ended_ != "tls")
        close_politely(wire_.stream());
}

tap::Party SmtpServerSession::party() const
{
    const net::Address local = wire_.stream().local();
    tap::Party now{.client = {client_.address.ip(), client_.address.port()},
                   .server = {local.ip(), local.port()},
                   .tls = {},
                   .client_octets = wire_.heard(),
                   .server_octets = wire_.said()};
    if (wire_.stream().is_tls())
        now.tls =
            fmt::format("{} {}", wire_.stream().tls().version, wire_.stream().tls().cipher);
    return now;
}

void SmtpServerSession::log_end() const
{
    if (!base::logs(base::Level::info, "session-ended"))
        return;
    const auto lasted = base::Steady::now() - started_;
    const auto milliseconds =
        std::chrono::duration_cast<base::milliseconds>(lasted).count();
    base::log(base::Level::info, "session-ended", id_,
              {{"client", client_.address.ip()},
               {"listener", listener_->name},
               {"helo", transaction_ ? std::string_view(transaction_->helo()) : ""},
               {"messages", transaction_ ? transaction_->messages() : 0},
               {"errors", transaction_ ? transaction_->errors() : 0},
               {"ms", milliseconds},
               {"reason", why_ended_}});
}

} // namespace session
