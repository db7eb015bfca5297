// SPDX-License-Identifier: Apache-2.0
// session/smtp_server_message.cc - DATA and BDAT.
//
// Until we say 250 the message is the client's, and it will send it again; afterwards it is
// ours alone.  So the record is on the disk first and we speak second: dying in between
// costs a duplicate, the other order costs the message.  A session that ends before -
// closed, timed out, killed - leaves nothing behind: the draft goes with it.

#include "base/log.h"
#include "net/event.h"
#include "session/smtp_server_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace session {

namespace {

// localtime and strftime cost more than the rest of the field.
const std::string& date_of(std::int64_t seconds)
{
    thread_local std::int64_t last = -1;
    thread_local std::string text;
    if (seconds != last) {
        text = base::rfc5322_date(seconds);
        last = seconds;
    }
    return text;
}

// Of a message that is too big we read so many times the limit of its size.
constexpr std::uint64_t kWorthReading = 2;

smtp::Reply too_big_reply()
{
    return {552, "5.3.4", "message is too big, closing"};
}

} // namespace

smtp::Reply no_space_reply()
{
    return {452, "4.3.1", "not enough space, try again later"};
}

net::Task<smtp::Verdict> SmtpServerSession::take_data(smtp::Reply go_ahead)
{
    if (server_.world().writer.no_space())
        co_return refuse_data(no_space_reply());
    co_await wait_for_name();
    begin_message(false);
    wire_.say(go_ahead);

    for (;;) {
        set_message_deadline();
        const std::string_view bytes = co_await wire_.hear_bytes();
        const auto progress = message_->take(bytes);
        unheard_ = bytes.substr(0, progress.consumed);
        if (progress.ended)
            break;
        let_witness_hear();
        if (endless())
            co_return hang_up(refuse_message(too_big_reply()));
    }
    const smtp::Reply outcome = co_await hand_over();
    co_return message_done(outcome);
}

smtp::Verdict SmtpServerSession::message_done(const smtp::Reply& outcome)
{
    if (witness_)
        witness_->message_done(outcome, queue_id_);
    return transaction_->message_done(outcome);
}

smtp::Verdict SmtpServerSession::refuse_data(const smtp::Reply& reply)
{
    if (witness_)
        witness_->message_done(reply, {});
    return transaction_->refuse_data(reply);
}

smtp::Verdict SmtpServerSession::hang_up(const smtp::Reply& reply)
{
    if (witness_)
        witness_->message_done(reply, {});
    return {.then = smtp::Then::hang_up, .reply = reply};
}

net::Task<smtp::Verdict> SmtpServerSession::take_chunk(std::uint64_t size, bool last)
{
    if (!message_) {
        co_await wait_for_name();
        begin_message(true);
        if (server_.world().writer.no_space()) {
            co_await swallow(size);
            message_.reset();
            co_return message_done(no_space_reply());
        }
    }
    co_await hear_chunk(size);
    if (last) {
        message_->end_chunks();
        const smtp::Reply outcome = co_await hand_over();
        co_return message_done(outcome);
    }
    let_witness_hear();
    const std::optional<smtp::Reply> refusal = message_->refusal();
    if (refusal) // what follows of it is swallowed
        co_return message_done(refuse_message(*refusal));
    co_return transaction_->chunk_done();
}

net::Task<void> SmtpServerSession::hear_chunk(std::uint64_t size)
{
    while (size > 0) {
        set_message_deadline();
        std::string_view bytes = co_await wire_.hear_bytes();
        bytes = bytes.substr(0, size);
        message_->take_chunk(bytes);
        size -= bytes.size();
        unheard_ = bytes;
        if (size > 0)
            let_witness_hear();
    }
}

// The last of a message is not heard before the disk works on it: no clock of the client's
// tells whether anybody listens.
void SmtpServerSession::let_witness_hear()
{
    if (witness_)
        witness_->heard(unheard_);
    wire_.used(std::exchange(unheard_, {}).size());
}

// Octets of a chunk are never commands, wanted or not.
net::Task<void> SmtpServerSession::swallow(std::uint64_t size)
{
    const base::SteadyTime limit =
        std::min(base::Steady::now() + listener_->times.message +
                     base::seconds(size / std::max(listener_->times.min_rate, 1u)),
                 started_ + listener_->times.session);
    while (size > 0) {
        wire_.stream().set_deadline(std::min(limit, base::Steady::now() + patience()));
        std::string_view bytes = co_await wire_.hear_bytes();
        bytes = bytes.substr(0, size);
        wire_.used(bytes.size());
        size -= bytes.size();
    }
}

net::Task<smtp::Verdict> SmtpServerSession::swallow_chunk(smtp::Verdict verdict)
{
    co_await swallow(verdict.chunk_size);
    co_return verdict;
}

void SmtpServerSession::begin_message(bool in_chunks)
{
    const smtp::Mail& mail = transaction_->envelope().mail;
    smtp::DecoderOptions options = listener_->decoder;
    options.binary = mail.body == smtp::Body::binary_mime;
    trace_id_ = fmt::format("{}.{}", id_, ++trace_number_);
    message_started_ = base::Steady::now();
    if (witness_)
        witness_->message_begins(in_chunks);
    message_ = std::make_unique<IncomingMessage>(
        server_.world().writer, listener_->service.limits, options, trace_field());
}

// A client that sends a byte now and then is not idle, but it does not hold us for ever:
// what it has sent so far buys it time at `min_rate`, up to what the largest message we
// take would need, and never beyond the end of the session.
void SmtpServerSession::set_message_deadline()
{
    const SmtpTimes& times = listener_->times;
    const std::uint64_t largest = listener_->service.limits.message_size;
    const std::uint64_t paid =
        largest == 0 ? message_->received() : std::min(message_->received(), largest);
    const base::seconds bought(paid / std::max(times.min_rate, 1u));
    const base::SteadyTime latest =
        std::min(message_started_ + times.message + bought, started_ + times.session);
    wire_.stream().set_deadline(std::min(base::Steady::now() + patience(), latest));
}

// What is too big is read to its end, because most clients hear us only then; but not
// without end.
bool SmtpServerSession::endless() const
{
    const std::uint64_t largest = listener_->service.limits.message_size;
    return largest != 0 && message_->received() / kWorthReading > largest;
}

// The id is known when the message has its place in the log.
smtp::Received SmtpServerSession::trace_field()
{
    const std::vector<smtp::Rcpt>& recipients = transaction_->envelope().recipients;
    const std::string no_id = spool::MessageId().text();
    const std::string literal = client_.address.literal();
    const std::string protocol = transaction_->protocol();
    const bool tls = wire_.stream().is_tls();
    smtp::Trace trace{.helo = transaction_->helo(),
                      .client_name = client_name(),
                      .client_literal = literal,
                      .host = listener_->service.hostname,
                      .protocol = protocol,
                      .tls_version = {},
                      .tls_cipher = {},
                      .login = {},
                      .id = no_id,
                      .recipient = {},
                      .date = date_of(base::wall_seconds()),
                      .uidl = listener_->uidl};
    if (tls) {
        trace.tls_version = wire_.stream().tls().version;
        trace.tls_cipher = wire_.stream().tls().cipher;
    }
    if (recipients.size() == 1)
        trace.recipient = recipients.front().recipient.mailbox;
    return smtp::received_field(trace);
}

// Whom the next hop is told of: the client, or what the front end has forwarded of one.
spool::Client SmtpServerSession::spool_client() const
{
    spool::Client client{.address = client_.address.ip(),
                         .port = client_.address.port(),
                         .name = client_name(),
                         .helo = transaction_->helo(),
                         .protocol = transaction_->protocol(),
                         .login = transaction_->login(),
                         .listener = listener_->name};
    const smtp::ClientAttributes& origin = transaction_->origin();
    if (!origin.address.value_or("").empty()) {
        client.address = *origin.address;
        client.port = origin.port.value_or(0);
        client.name = origin.name.value_or("");
        client.helo = origin.helo.value_or("");
        client.protocol = origin.protocol.value_or(client.protocol);
    }
    return client;
}

spool::Envelope SmtpServerSession::spool_envelope() const
{
    const smtp::Envelope& said = transaction_->envelope();
    spool::Envelope envelope;
    envelope.arrival = base::wall_microseconds();
    envelope.sender = said.mail.sender.mailbox;
    envelope.recipients.reserve(said.recipients.size());
    for (const smtp::Rcpt& rcpt : said.recipients) {
        const bool domainless = rcpt.recipient.domain().empty(); // <postmaster>
        envelope.recipients.push_back(
            {.address = domainless ? listener_->postmaster : rcpt.recipient.mailbox,
             .notify = rcpt.notify,
             .orcpt = rcpt.orcpt});
    }
    envelope.body = static_cast<spool::Body>(said.mail.body);
    envelope.smtputf8 = said.mail.smtputf8;
    envelope.ret = static_cast<spool::Ret>(said.mail.ret);
    envelope.envid = said.mail.envid;
    envelope.client = spool_client();
    envelope.hops = message_->decoder().header().received() + 1; // and ours
    envelope.dot_lines = message_->decoder().dot_lines();
    if (wire_.stream().is_tls())
        envelope.tls = wire_.stream().tls().version;
    return envelope;
}

smtp::Reply SmtpServerSession::refuse_message(const smtp::Reply& reply)
{
    const std::optional<base::Failure>& failure = message_->failure();
    const std::string error = failure ? failure->what() : "";
    base::log(failure ? base::Level::error : base::Level::notice, "message-refused", id_,
              {{"client", client_.address.ip()},
               {"listener", listener_->name},
               {"protocol", transaction_->protocol()},
               {"tls", tls_version()},
               {"login", transaction_->login()},
               {"sender", transaction_->envelope().mail.sender.mailbox},
               {"recipients", transaction_->envelope().recipients.size()},
               {"size", message_->received()},
               {"reply", smtp::one_line(reply)},
               {"error", error}});
    message_.reset();
    return reply;
}

std::string SmtpServerSession::tls_version() const
{
    return wire_.stream().is_tls() ? wire_.stream().tls().version : "none";
}

// Too big by what the client says of it: SIZE behind MAIL, or the next chunk.
void SmtpServerSession::log_refused_size(const smtp::Command& command,
                                         const smtp::Reply& reply) const
{
    const auto* mail = std::get_if<smtp::Mail>(&command);
    const auto* chunk = std::get_if<smtp::Bdat>(&command);
    base::log(base::Level::notice, "message-refused", id_,
              {{"client", client_.address.ip()},
               {"listener", listener_->name},
               {"protocol", transaction_->protocol()},
               {"tls", tls_version()},
               {"login", transaction_->login()},
               {"sender", mail ? std::string_view(mail->sender.mailbox) : ""},
               {"recipients", 0},
               {"size", mail    ? mail->size.value_or(0)
                        : chunk ? chunk->size
                                : 0},
               {"reply", smtp::one_line(reply)},
               {"error", ""}});
}

net::Task<smtp::Reply> SmtpServerSession::hand_over()
{
    const std::optional<smtp::Reply> refusal = message_->refusal();
    if (refusal) {
        let_witness_hear();
        co_return refuse_message(*refusal);
    }
    const std::uint64_t size = message_->size();
    net::Promise<spool::CommitResult> committed(server_.world().loop);
    server_.world().writer.commit(message_->hand_out(), spool_envelope(),
                                  committed.setter());
    if (witness_)
        std::this_thread::yield(); // the disk first, even where it shares our processor
    let_witness_hear();
    if (witness_)
        witness_->message_waits();
    const spool::CommitResult result = co_await committed.get();
    if (!result) {
        base::log(base::Level::error, "message-not-stored", id_,
                  {{"client", client_.address.ip()},
                   {"sender", transaction_->envelope().mail.sender.mailbox},
                   {"error", result.error().what()}});
        co_return reply_to(result.error());
    }
    queue_id_ = result->id.text();
    log_accepted(queue_id_, size);
    co_return smtp::Reply{250, "2.0.0", "queued as " + queue_id_};
}

void SmtpServerSession::log_accepted(std::string_view id, std::uint64_t size)
{
    if (!base::logs(base::Level::info, "message-accepted"))
        return;
    const smtp::Envelope& envelope = transaction_->envelope();
    base::log(base::Level::info, "message-accepted", id,
              {{"trace", trace_id_},
               {"listener", listener_->name},
               {"client", client_.address.ip()},
               {"helo", transaction_->helo()},
               {"login", transaction_->login()},
               {"tls", tls_version()},
               {"size", size},
               {"sender", envelope.mail.sender.mailbox},
               {"recipients", envelope.recipients.size()},
               {"first", envelope.recipients.front().recipient.mailbox}});
    const smtp::ClientAttributes& origin = transaction_->origin();
    if (origin.address)
        base::log(base::Level::info, "xforward", id,
                  {{"peer", peer_.ip()},
                   {"client", *origin.address},
                   {"name", origin.name.value_or("")},
                   {"helo", origin.helo.value_or("")},
                   {"ident", origin.ident.value_or("")}});
}

} // namespace session
