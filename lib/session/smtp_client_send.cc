// SPDX-License-Identifier: Apache-2.0
// session/smtp_client_send.cc - one transaction: MAIL, RCPT, and what becomes of whom.
//
// With PIPELINING the envelope and DATA (or, with CHUNKING, a small message as well) go in
// one write.  Every reply is still read and counted, so that the next message finds the
// conversation where it should be, whatever was refused.
#include "session/smtp_client.h"
#include "session/smtp_client_commands.h"
#include "session/smtp_client_exchange.h"
#include "smtp/dsn_report.h"
#include "smtp/xclient.h"
#include "text/lines.h"

#include <algorithm>
#include <utility>

namespace session {

namespace {

constexpr std::uint64_t small_message = 128u
                                        << 10; // goes with the envelope, or in one write

bool taken(const Answer& answer)
{
    return answer.kind == Answer::Kind::unanswered && answer.reply.positive();
}

Answer::Kind kind_of(const smtp::PeerReply& reply)
{
    if (reply.positive())
        return Answer::Kind::delivered;
    return reply.permanent() ? Answer::Kind::failed : Answer::Kind::deferred;
}

void answer_with(Answer& answer, const smtp::PeerReply& reply)
{
    answer.kind = kind_of(reply);
    answer.reply = reply;
    answer.status = reply.status();
}

void answer_taken(TransactionResult& result, const smtp::PeerReply& reply)
{
    for (Answer& answer : result.answers)
        if (taken(answer))
            answer_with(answer, reply);
}

void refuse_all(TransactionResult& result, std::string_view words,
                smtp::EnhancedStatus status)
{
    for (Answer& answer : result.answers) {
        answer.kind = status.kind == 5 ? Answer::Kind::failed : Answer::Kind::deferred;
        answer.own_words = words;
        answer.status = status;
    }
}

// "Too many recipients" is 452, with 4.5.3 if the server says more; some old ones say 552
// (RFC 5321 section 4.5.3.1.10).
bool too_many(const smtp::PeerReply& reply)
{
    if (reply.code != 452 && reply.code != 552)
        return false;
    const smtp::EnhancedStatus status = reply.status();
    return (status.subject == 5 && status.detail == 3) ||
           (status.subject == 0 && status.detail == 0);
}

bool ascii_envelope(const OutgoingMail& mail)
{
    return text::is_ascii(mail.sender) &&
           std::all_of(
               mail.recipients.begin(), mail.recipients.end(),
               [](const OutgoingRecipient& r) { return text::is_ascii(r.address); });
}

} // namespace

// RFC 6531 section 3.5: without the extension such mail may still pass when neither its
// envelope nor its header needs it.
bool SmtpClient::lacks_utf8(const Exchange& exchange)
{
    const spool::Message& message = *exchange.mail.message;
    if (capabilities_.smtputf8)
        return false;
    if (!ascii_envelope(exchange.mail))
        return true;
    if (!message.envelope.smtputf8)
        return false;
    spool::Message front = message;
    front.size = std::min(front.size, small_message);
    return !text::is_ascii(smtp::header_of(read_small(front, {})));
}

// What need not be asked of the server, because it has said so already.
bool SmtpClient::refuse_locally(Exchange& exchange)
{
    const spool::Message& message = *exchange.mail.message;
    const spool::Body body = message.envelope.body;
    TransactionResult& result = exchange.result;
    const auto unsafe = [](const OutgoingRecipient& r) { return !safe_path(r.address); };
    if (!safe_path(exchange.mail.sender) ||
        std::any_of(exchange.mail.recipients.begin(), exchange.mail.recipients.end(),
                    unsafe))
        refuse_all(result, "address cannot be written in SMTP", {5, 1, 3});
    else if (capabilities_.size > 0 && message.size > capabilities_.size)
        refuse_all(result,
                   "message of " + std::to_string(message.size) +
                       " bytes, the server takes at most " +
                       std::to_string(capabilities_.size),
                   {5, 3, 4});
    else if (body == spool::Body::binary_mime &&
             !(capabilities_.chunking && capabilities_.binary_mime))
        refuse_all(result, "the server does not take binary messages (BINARYMIME)",
                   {5, 6, 1});
    else if (body == spool::Body::eight_bit_mime && !capabilities_.eight_bit_mime &&
             options_.eight_bit == EightBit::refuse)
        refuse_all(result, "the server does not take 8bit messages (8BITMIME)", {5, 6, 1});
    else if (lacks_utf8(exchange))
        refuse_all(result, "the server does not take internationalised mail (SMTPUTF8)",
                   {5, 6, 7});
    else
        return false;
    return true;
}

std::string SmtpClient::commands(const Exchange& exchange)
{
    const spool::Message& message = *exchange.mail.message;
    std::string out = mail_command(message.envelope, exchange.mail.sender, message.size,
                                   capabilities_, exchange.utf8);
    for (const OutgoingRecipient& recipient : exchange.mail.recipients)
        out += rcpt_command(recipient, capabilities_);
    return out;
}

net::Task<void> SmtpClient::converse(Exchange& exchange)
{
    const spool::Envelope& envelope = exchange.mail.message->envelope;
    exchange.utf8 =
        capabilities_.smtputf8 && (envelope.smtputf8 || !ascii_envelope(exchange.mail));
    exchange.chunking = capabilities_.chunking;
    if (options_.client_info == ClientInfo::xclient) {
        exchange.result.trouble = co_await name_client(envelope.client);
        if (exchange.result.trouble)
            co_return;
    }
    if (capabilities_.pipelining)
        co_await envelope_pipelined(exchange);
    else
        co_await envelope_stepwise(exchange);
    // Whoever agrees to DATA without asking for the text has taken nothing.
    if (exchange.data.positive())
        throw Garbage("DATA answered with " + std::to_string(exchange.data.code));
    if (exchange.accepted == 0) {
        co_await finish_empty(exchange);
        co_return;
    }
    if (!exchange.chunking && exchange.data.code != 354) {
        needs_reset_ = true;
        answer_taken(exchange.result, exchange.data);
        co_return;
    }
    co_await say_text(exchange);
    co_await hear_final(exchange);
}

net::Task<void> SmtpClient::envelope_pipelined(Exchange& exchange)
{
    const spool::Message& message = *exchange.mail.message;
    std::string head;
    exchange.reset = std::exchange(needs_reset_, false);
    if (exchange.reset)
        head = "RSET\r\n";
    if (options_.client_info == ClientInfo::xforward && !capabilities_.xforward.empty()) {
        const std::vector<std::string> lines = smtp::write_xforward(
            xforward_attributes(message.envelope), joined(capabilities_.xforward));
        for (const std::string& line : lines)
            head += line + "\r\n";
        exchange.info_lines = lines.size();
    }
    head += commands(exchange);
    step_ = Step::mail;
    if (exchange.chunking && message.size <= small_message) {
        co_await say_chunk(exchange, std::move(head));
    } else {
        if (!exchange.chunking)
            head += "DATA\r\n";
        co_await say(head, options_.timeouts.command);
    }
    co_await hear_envelope(exchange);
    if (!exchange.chunking)
        exchange.data = co_await hear(Step::data, options_.timeouts.command);
}

net::Task<void> SmtpClient::hear_envelope(Exchange& exchange)
{
    if (exchange.reset)
        (void)co_await hear(Step::mail, options_.timeouts.command);
    for (std::size_t i = 0; i < exchange.info_lines; ++i) // refused: then it goes without
        (void)co_await hear(Step::client_info, options_.timeouts.command);
    const smtp::PeerReply reply = co_await hear(Step::mail, options_.timeouts.command);
    exchange.mail_accepted = reply.positive();
    if (!exchange.mail_accepted)
        for (Answer& answer : exchange.result.answers)
            answer_with(answer, reply);
    for (std::size_t i = 0; i < exchange.mail.recipients.size(); ++i) {
        const smtp::PeerReply one =
            co_await hear(Step::recipient, options_.timeouts.command);
        if (exchange.mail_accepted)
            note_recipient(exchange, i, one);
    }
}

net::Task<void> SmtpClient::envelope_stepwise(Exchange& exchange)
{
    const spool::Message& message = *exchange.mail.message;
    if (std::exchange(needs_reset_, false))
        (void)co_await ask(Step::mail, "RSET\r\n");
    if (options_.client_info == ClientInfo::xforward && !capabilities_.xforward.empty()) {
        const std::vector<std::string> lines = smtp::write_xforward(
            xforward_attributes(message.envelope), joined(capabilities_.xforward));
        for (const std::string& line : lines)
            (void)co_await ask(Step::client_info, line + "\r\n");
    }
    std::string line = mail_command(message.envelope, exchange.mail.sender, message.size,
                                    capabilities_, exchange.utf8);
    const smtp::PeerReply reply = co_await ask(Step::mail, std::move(line));
    exchange.mail_accepted = reply.positive();
    if (!exchange.mail_accepted) {
        for (Answer& answer : exchange.result.answers)
            answer_with(answer, reply);
        co_return;
    }
    for (std::size_t i = 0; i < exchange.mail.recipients.size(); ++i) {
        std::string rcpt = rcpt_command(exchange.mail.recipients[i], capabilities_);
        const smtp::PeerReply one = co_await ask(Step::recipient, std::move(rcpt));
        note_recipient(exchange, i, one);
    }
    if (exchange.accepted > 0 && !exchange.chunking)
        exchange.data = co_await ask(Step::data, "DATA\r\n");
}

void SmtpClient::note_recipient(Exchange& exchange, std::size_t index,
                                const smtp::PeerReply& reply)
{
    Answer& answer = exchange.result.answers[index];
    answer_with(answer, reply);
    if (reply.positive()) {
        answer.kind = Answer::Kind::unanswered; // until the message itself is answered
        ++exchange.accepted;
        return;
    }
    if (!too_many(reply))
        return;
    answer.kind =
        exchange.accepted > 0 ? Answer::Kind::next_transaction : Answer::Kind::deferred;
    answer.status.kind = 4;
}

// Nobody was accepted, but the server may have said 354 all the same, or has a chunk to
// answer.  A lone dot sends an empty message to nobody.
net::Task<void> SmtpClient::finish_empty(Exchange& exchange)
{
    if (exchange.text_sent) {
        (void)co_await hear(Step::final_reply, options_.timeouts.data);
        needs_reset_ = true;
        co_return;
    }
    if (exchange.data.code == 354) {
        (void)co_await ask(Step::final_reply, ".\r\n");
        co_return;
    }
    needs_reset_ = exchange.mail_accepted;
}

// LMTP answers once for each recipient it took (RFC 2033 section 4.2), in their order.
net::Task<void> SmtpClient::hear_final(Exchange& exchange)
{
    std::vector<Answer>& answers = exchange.result.answers;
    if (!options_.lmtp) {
        const smtp::PeerReply reply =
            co_await hear(Step::final_reply, options_.timeouts.data);
        needs_reset_ = exchange.chunking && !reply.positive();
        answer_taken(exchange.result, reply);
        co_return;
    }
    for (Answer& answer : answers) {
        if (!taken(answer))
            continue;
        const smtp::PeerReply reply =
            co_await hear(Step::final_reply, options_.timeouts.data);
        needs_reset_ |= exchange.chunking && !reply.positive();
        answer_with(answer, reply);
    }
}

} // namespace session
