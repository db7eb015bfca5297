// SPDX-License-Identifier: Apache-2.0
// session/smtp_client.h - we are the client: one connection to a mail server, told in the
// order it is spoken.  SMTP (RFC 5321) and LMTP (RFC 2033).
//
// open() greets, asks for the extensions, starts TLS, logs in; send() passes one message to
// its recipients, as often as wanted; quit() says good-bye.  Nothing here decides where
// mail goes or when it is tried again: that is lib/delivery.
//
// Trouble is a value: what a server refuses, and also time-outs, resets and garbage, which
// end the connection.  The object lives on one thread and must outlive its coroutines.
#pragma once

#include "net/loop.h"
#include "net/stream.h"
#include "net/task.h"
#include "net/tls.h"
#include "smtp/client_capabilities.h"
#include "smtp/reply_parser.h"
#include "spool/reader.h"

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session {

// What we were doing when something went wrong.
enum class Step : std::uint8_t {
    connect,
    proxy_header,
    greeting,
    hello,
    starttls,
    handshake,
    login,
    client_info,
    mail,
    recipient,
    data,
    body,
    final_reply,
    quit,
};
[[nodiscard]] std::string_view to_string(Step step); // "waiting for the greeting"

struct Trouble {
    enum class Kind : std::uint8_t {
        lost, // closed or reset
        timed_out,
        tls,     // handshake or verification
        garbage, // what was said is no SMTP
        refused, // a reply that ends our wishes; `reply` has it
        policy,  // our own rule: TLS not offered but demanded, no way to log in ...
    };
    Kind kind = Kind::lost;
    Step step = Step::connect;
    std::string text; // one printable line
    smtp::PeerReply reply;
};

enum class TlsUse : std::uint8_t { none, may, must };
enum class ClientInfo : std::uint8_t { none, xclient, xforward, proxy };
enum class EightBit : std::uint8_t { send_as_is, refuse };

struct ClientTimeouts { // seconds; RFC 5321 section 4.5.3.2
    std::int64_t greeting = 300;
    std::int64_t command = 300;
    std::int64_t data = 600; // each piece of the message, and the final reply
};

struct ClientOptions {
    std::string hostname; // for EHLO
    bool lmtp = false;
    TlsUse tls = TlsUse::may;
    std::shared_ptr<net::TlsContext> context; // when tls is not none
    std::string tls_name;                     // SNI, and what a verifying context compares
    std::string username;                     // empty: no login
    std::string password;
    ClientInfo client_info = ClientInfo::none;
    EightBit eight_bit = EightBit::send_as_is;
    ClientTimeouts timeouts;
};

struct OutgoingRecipient {
    std::string address; // already rewritten
    std::uint8_t notify = spool::notify_default;
    std::string orcpt;
};

struct OutgoingMail {
    const spool::Message* message = nullptr; // lives until send() is over
    std::string sender;
    std::vector<OutgoingRecipient> recipients;
};

struct Answer {
    enum class Kind : std::uint8_t {
        unanswered, // the connection broke first: see TransactionResult::trouble
        delivered,
        deferred,
        failed,
        next_transaction, // 452 after others were taken: ask again at once
    };
    Kind kind = Kind::unanswered;
    smtp::PeerReply reply;
    std::string own_words; // when we refused it ourselves; then `status` counts
    smtp::EnhancedStatus status;
};

struct TransactionResult {
    std::vector<Answer> answers; // one for each recipient
    std::optional<Trouble> trouble;
    bool untouched = false; // broke before a single reply: an idle connection was closed
};

class SmtpClient {
public:
    SmtpClient(net::Loop& loop, net::Stream stream, ClientOptions options);

    // `client` is who the PROXY header or XCLIENT will name.
    [[nodiscard]] net::Task<std::optional<Trouble>> open(spool::Client client);
    [[nodiscard]] net::Task<TransactionResult> send(OutgoingMail mail);
    // Would it take mail for this recipient?  Its reply to RCPT.  No message is sent.
    [[nodiscard]] net::Task<std::expected<smtp::PeerReply, Trouble>>
    probe(std::string recipient);
    // QUIT, without waiting for the answer longer than a moment.
    [[nodiscard]] net::Task<void> quit();

    // The connection can take another message: neither broken nor closing (421), and idle.
    [[nodiscard]] bool usable();
    // As far as we know without asking the kernel.
    [[nodiscard]] bool sound() const
    {
        return !broken_ && closing_.code == 0 && begin_ == end_;
    }
    [[nodiscard]] const smtp::Capabilities& capabilities() const { return capabilities_; }
    [[nodiscard]] const net::Stream& stream() const { return stream_; }
    void abort() { stream_.abort(); }
    // TLS was offered, but the server would not begin it: policy `may` went on in plain.
    [[nodiscard]] bool tls_refused() const { return tls_refused_; }

private:
    struct Exchange;
    struct Garbage;

    // Bytes and replies.
    [[nodiscard]] net::Task<smtp::PeerReply> hear(Step step, std::int64_t timeout);
    [[nodiscard]] net::Task<void> say(std::string_view bytes, std::int64_t timeout);
    [[nodiscard]] net::Task<smtp::PeerReply> ask(Step step, std::string line);
    [[nodiscard]] Trouble trouble(Trouble::Kind kind, std::string_view what);
    [[nodiscard]] Trouble refused(Step step, smtp::PeerReply reply);

    // Opening.
    [[nodiscard]] net::Task<std::optional<Trouble>> converse_opening(spool::Client client);
    [[nodiscard]] net::Task<void> send_proxy_header(spool::Client client);
    [[nodiscard]] net::Task<std::optional<Trouble>> hear_greeting();
    [[nodiscard]] net::Task<std::optional<Trouble>> hello();
    [[nodiscard]] net::Task<std::optional<Trouble>> secure();
    [[nodiscard]] net::Task<std::optional<Trouble>> start_tls();
    [[nodiscard]] net::Task<std::optional<Trouble>> log_in();
    [[nodiscard]] net::Task<smtp::PeerReply> auth_plain();
    [[nodiscard]] net::Task<smtp::PeerReply> auth_login();
    [[nodiscard]] net::Task<std::optional<Trouble>> name_client(spool::Client client);

    // One transaction.
    [[nodiscard]] bool refuse_locally(Exchange& exchange);
    [[nodiscard]] bool lacks_utf8(const Exchange& exchange);
    [[nodiscard]] std::string commands(const Exchange& exchange);
    [[nodiscard]] net::Task<void> converse(Exchange& exchange);
    [[nodiscard]] net::Task<void> envelope_pipelined(Exchange& exchange);
    [[nodiscard]] net::Task<void> envelope_stepwise(Exchange& exchange);
    [[nodiscard]] net::Task<void> hear_envelope(Exchange& exchange);
    [[nodiscard]] net::Task<void> say_text(Exchange& exchange);
    [[nodiscard]] net::Task<void> say_chunk(Exchange& exchange, std::string head);
    [[nodiscard]] net::Task<void> say_file(const spool::Message& message);
    [[nodiscard]] net::Task<void> say_stuffed(const spool::Message& message);
    [[nodiscard]] net::Task<void> hear_final(Exchange& exchange);
    [[nodiscard]] net::Task<void> finish_empty(Exchange& exchange);
    [[nodiscard]] net::Task<std::expected<smtp::PeerReply, Trouble>>
    converse_probe(std::string recipient);
    void note_recipient(Exchange& exchange, std::size_t index,
                        const smtp::PeerReply& reply);
    [[nodiscard]] std::string_view read_small(const spool::Message& message,
                                              std::string_view tail);

    net::Loop* loop_;
    net::Stream stream_;
    ClientOptions options_;
    smtp::Capabilities capabilities_;
    smtp::ReplyParser parser_;
    std::array<char, 4096> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    Step step_ = Step::greeting;
    bool broken_ = false;
    bool needs_reset_ = false; // an earlier transaction was left open
    bool tls_refused_ = false;
    bool logged_in_ = false;
    smtp::PeerReply closing_; // 421 was said
    std::optional<spool::Client> named_client_;
    std::uint64_t replies_ = 0;
    std::string scratch_; // a small message, or the piece under way
};

} // namespace session
