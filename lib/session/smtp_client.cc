// SPDX-License-Identifier: Apache-2.0
// session/smtp_client.cc - bytes, replies and the way trouble becomes a value.  The opening
// is smtp_client_open.cc, transactions are smtp_client_send.cc and smtp_client_text.cc.
#include "session/smtp_client.h"

#include "session/smtp_client_exchange.h"
#include "text/lines.h"

#include <utility>

namespace session {

std::string_view to_string(Step step)
{
    switch (step) {
    case Step::connect:
        return "connecting";
    case Step::proxy_header:
        return "sending the PROXY header";
    case Step::greeting:
        return "waiting for the greeting";
    case Step::hello:
        return "sending EHLO";
    case Step::starttls:
        return "sending STARTTLS";
    case Step::handshake:
        return "in the TLS handshake";
    case Step::login:
        return "logging in";
    case Step::client_info:
        return "naming the client";
    case Step::mail:
        return "sending MAIL";
    case Step::recipient:
        return "sending RCPT";
    case Step::data:
        return "sending DATA";
    case Step::body:
        return "sending the message";
    case Step::final_reply:
        return "waiting for the reply to the message";
    case Step::quit:
        return "sending QUIT";
    }
    return {};
}

SmtpClient::SmtpClient(net::Loop& loop, net::Stream stream, ClientOptions options)
    : loop_(&loop), stream_(std::move(stream)), options_(std::move(options))
{
}

// Bytes that nobody asked for, or an end, make an idle connection useless: mostly a 421
// for having been idle too long.
bool SmtpClient::usable()
{
    if (!sound())
        return false;
    if (stream_.try_read(buffer_) == 0)
        return true;
    broken_ = true;
    return false;
}

// The time is for the whole reply: a server that drips bytes does not hold us for ever.
net::Task<smtp::PeerReply> SmtpClient::hear(Step step, std::int64_t timeout)
{
    step_ = step;
    bool timed = false;
    for (;;) {
        if (begin_ == end_) {
            if (!timed)
                stream_.set_timeout(base::seconds(timeout));
            timed = true;
            const std::size_t count = co_await stream_.read_some(buffer_);
            if (count == 0)
                throw net::PeerGone("connection closed by the server");
            begin_ = 0;
            end_ = count;
        }
        begin_ += parser_.feed(std::string_view(buffer_.data() + begin_, end_ - begin_));
        if (parser_.state() == smtp::ReplyParser::State::malformed)
            throw Garbage(parser_.why());
        if (parser_.state() == smtp::ReplyParser::State::complete)
            break;
    }
    ++replies_;
    smtp::PeerReply reply = parser_.take();
    if (reply.code == 421)
        closing_ = reply;
    co_return reply;
}

net::Task<void> SmtpClient::say(std::string_view bytes, std::int64_t timeout)
{
    stream_.set_timeout(base::seconds(timeout));
    co_await stream_.write(bytes);
}

net::Task<smtp::PeerReply> SmtpClient::ask(Step step, std::string line)
{
    step_ = step;
    co_await say(line, options_.timeouts.command);
    smtp::PeerReply reply = co_await hear(step, options_.timeouts.command);
    co_return reply;
}

// A server that says 421 and hangs up has told its reason: that is what people should read.
Trouble SmtpClient::trouble(Trouble::Kind kind, std::string_view what)
{
    broken_ = true;
    Trouble out{kind, step_, {}, {}};
    if (kind == Trouble::Kind::lost && closing_.code != 0) {
        out.kind = Trouble::Kind::refused;
        out.reply = closing_;
        out.text = closing_.text();
        return out;
    }
    out.text = text::printable(what) + " while " + std::string(to_string(step_));
    return out;
}

Trouble SmtpClient::refused(Step step, smtp::PeerReply reply)
{
    broken_ = true;
    Trouble out{Trouble::Kind::refused, step, reply.text(), {}};
    out.reply = std::move(reply);
    return out;
}

net::Task<std::optional<Trouble>> SmtpClient::open(spool::Client client)
{
    std::optional<Trouble> result;
    try {
        result = co_await converse_opening(std::move(client));
    } catch (const net::TimedOut&) {
        result = trouble(Trouble::Kind::timed_out, "timed out");
    } catch (const net::TlsFailure& failure) {
        result = trouble(Trouble::Kind::tls, failure.what());
    } catch (const net::PeerGone& gone) {
        result = trouble(Trouble::Kind::lost, gone.what());
    } catch (const Garbage& garbage) {
        result = trouble(Trouble::Kind::garbage, garbage.what());
    }
    co_return result;
}

net::Task<TransactionResult> SmtpClient::send(OutgoingMail mail)
{
    Exchange exchange;
    exchange.mail = std::move(mail);
    exchange.result.answers.resize(exchange.mail.recipients.size());
    const std::uint64_t heard = replies_;
    try {
        if (!refuse_locally(exchange))
            co_await converse(exchange);
    } catch (const net::TimedOut&) {
        exchange.result.trouble = trouble(Trouble::Kind::timed_out, "timed out");
    } catch (const net::TlsFailure& failure) {
        exchange.result.trouble = trouble(Trouble::Kind::tls, failure.what());
    } catch (const net::PeerGone& gone) {
        exchange.result.trouble = trouble(Trouble::Kind::lost, gone.what());
    } catch (const Garbage& garbage) {
        exchange.result.trouble = trouble(Trouble::Kind::garbage, garbage.what());
    } catch (const base::Failure& failure) { // our own disk
        exchange.result.trouble = trouble(Trouble::Kind::policy, failure.what());
    }
    exchange.result.untouched = exchange.result.trouble && heard == replies_ &&
                                exchange.result.trouble->kind == Trouble::Kind::lost;
    co_return std::move(exchange.result);
}

// Politeness with a limit: a server that does not answer QUIT costs two seconds, no more.
net::Task<void> SmtpClient::quit()
{
    constexpr std::int64_t patience = 2;
    if (broken_)
        co_return;
    broken_ = true;
    try {
        co_await say("QUIT\r\n", patience);
        (void)co_await hear(Step::quit, patience);
        stream_.shutdown_write();
        stream_.set_deadline(base::SteadyTime::max()); // nothing is waited for any more
    } catch (const std::exception&) {
        // Whatever it is, the connection is over, and nothing was in flight.
    }
}

} // namespace session
