// SPDX-License-Identifier: Apache-2.0
// smtp/transaction.h - the rules of an SMTP server session: order, limits, replies.
//
// judge() takes what was said and tells the session what to do.  Where the answer needs
// somebody else (database, backend, spool, TLS) the verdict names the question, the session
// finds out and comes back with the matching function below, which returns the reply to
// say.  Nothing here waits, reads a clock or knows a socket.
//
//     verdict.then          the session                     and then calls
//     listen                says verdict.reply              -
//     check_sender          may this client send this now?  accept_sender / refuse_sender
//     check_recipient       served, known, allowed?         accept_recipient /
//     refuse_recipient take_data             says reply (354), reads DATA    message_done /
//     refuse_data take_chunk            reads chunk_size octets         chunk_done, or
//     message_done if last swallow_chunk         drops chunk_size octets         - (then
//     says verdict.reply) start_tls             says reply, handshake           tls_started
//     authenticate          runs the exchange               auth_done / auth_failed
//     apply_xclient         takes over the attributes       xclient_applied
//     flush_queue           ETRN: asks, wakes the sender    - (says its own reply)
//     hang_up               says reply, closes              -
//
// A message that cannot be taken now (no space) is refuse_data(452 ...) instead of the 354,
// or message_done(452 ...) after the chunk.  The functions that return a Verdict answer
// with listen or hang_up.
//
// State: greeting -> (HELO/EHLO) -> ready -> (MAIL) -> sender -> (RCPT) -> recipients
//        -> (DATA | BDAT ... BDAT LAST) -> ready.   RSET, HELO, EHLO: -> ready.
#pragma once

#include "smtp/command.h"
#include "smtp/envelope.h"
#include "smtp/limits.h"
#include "smtp/reply.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

// What this listener offers; the EHLO answer is written from it.
struct Service {
    std::string hostname;
    std::string banner = "ESMTP"; // behind the host name in the greeting
    Limits limits;
    bool starttls = false;      // STARTTLS is possible
    bool tls_required = false;  // 530 5.7.0 before TLS
    bool auth_required = false; // 530 5.7.0 before AUTH
    bool auth_without_tls = false;
    std::vector<std::string>
        mechanisms;        // empty: no AUTH; "PLAIN", "LOGIN", "SCRAM-SHA-256"
    bool xclient = false;  // this client may send XCLIENT
    bool xforward = false; // ... and this one XFORWARD
    bool etrn = false;
    bool smtputf8 = true;
    bool dsn = true;
    bool chunking = true; // CHUNKING and BINARYMIME
};

enum class Then : std::uint8_t {
    listen,
    check_sender,
    check_recipient,
    take_data,
    take_chunk,
    swallow_chunk,
    start_tls,
    authenticate,
    apply_xclient,
    flush_queue,
    hang_up,
};

struct Verdict {
    Then then = Then::listen;
    Reply reply = {};
    std::uint64_t chunk_size = 0; // take_chunk, swallow_chunk
    bool last_chunk = false;      // take_chunk
    bool delay = false;           // soft error limit passed: wait before answering
};

class Transaction {
public:
    // `tls`: the session is encrypted from its first byte (SMTPS).
    explicit Transaction(const Service& service, bool tls = false);

    [[nodiscard]] Reply greeting() const;
    // `more_input`: bytes are already waiting behind this command.  RFC 2920 3.1 forbids
    // them behind EHLO, DATA, AUTH and others; that alone is forgiven, because we stay in
    // step. Behind STARTTLS it is an attack (RFC 3207 5), behind a refused DATA it is a
    // text that would be taken for commands: both close the session.
    [[nodiscard]] Verdict judge(const Command& command, bool more_input = false);
    // For parse_command: does the transaction under way speak SMTPUTF8?
    [[nodiscard]] CommandOptions command_options() const;

    // Answers to check_sender; the Mail under question is envelope().mail from judge() on.
    Verdict accept_sender();
    Verdict refuse_sender(Reply reply);
    // Answers to check_recipient; the one under question:
    [[nodiscard]] const Rcpt& candidate() const { return candidate_; }
    Verdict accept_recipient();
    Verdict refuse_recipient(Reply reply);
    // A chunk that is not the last has been taken.  Returns 250 with the octet count.
    Verdict chunk_done();
    // The message is over, well or not; `outcome` is what the client is told (250 2.0.0,
    // 451, 552 ...).  The next one may begin.  A chunk refused in the middle (disk full,
    // too big) ends the message too: later chunks of it are swallowed.
    Verdict message_done(Reply outcome);
    // What this chunk would be refused with; then the message ends with it.
    [[nodiscard]] std::optional<Reply> refusal_of(const Bdat& bdat) const;
    // DATA is not taken (no space): said instead of the 354.
    Verdict refuse_data(Reply reply);
    void tls_started(); // RFC 3207 4.2: everything said before is forgotten
    Verdict auth_done(std::string login);
    Verdict auth_failed(Reply reply); // 421 and hang_up beyond Limits::auth_failures
    Verdict auth_cancelled();         // by the client's "*": an error as any other
    // XCLIENT was applied: we are at the greeting again, which is the reply.  One that
    // names ADDR, NAME or LOGIN is about another client: nothing of the one before it
    // stays.
    Verdict xclient_applied(const ClientAttributes& client);

    [[nodiscard]] const Envelope& envelope() const { return envelope_; }
    // As said in HELO or EHLO; what XCLIENT told of the true client goes before.
    [[nodiscard]] const std::string& helo() const
    {
        return true_helo_.empty() ? helo_ : true_helo_;
    }
    // Where XFORWARD says that the next message comes from; forgotten after it.
    [[nodiscard]] const ClientAttributes& origin() const { return origin_; }
    [[nodiscard]] bool extended() const { return extended_; } // EHLO
    [[nodiscard]] bool tls() const { return tls_; }
    [[nodiscard]] const std::string& login() const { return login_; }
    [[nodiscard]] std::uint32_t messages() const { return messages_; } // accepted
    [[nodiscard]] std::uint32_t errors() const { return errors_; }
    [[nodiscard]] bool in_chunks() const { return state_ == State::chunks; }
    // A sender was accepted, and what became of its message is not known yet.
    [[nodiscard]] bool in_transaction() const { return state_ > State::ready; }
    // RFC 3848 and RFC 6531 name of the protocol: SMTP, ESMTP, ESMTPSA, UTF8SMTPS ...
    [[nodiscard]] std::string protocol() const;

private:
    enum class State : std::uint8_t {
        greeting, // neither HELO nor EHLO yet
        ready,
        sender,
        recipients,
        all_refused, // RCPT was said, but no recipient was accepted
        chunks,      // within BDAT
    };

    Verdict answer(const Helo& helo);
    Verdict answer(const Ehlo& ehlo);
    Verdict answer(const Mail& mail);
    Verdict answer(const Rcpt& rcpt);
    Verdict answer(const Data&);
    Verdict answer(const Bdat& bdat);
    Verdict answer(const Rset&);
    Verdict answer(const Noop&);
    Verdict answer(const Quit&);
    Verdict answer(const Vrfy&);
    Verdict answer(const Expn&);
    Verdict answer(const Help&);
    Verdict answer(const StartTls&);
    Verdict answer(const Auth& auth);
    Verdict answer(const Xclient&);
    Verdict answer(const Xforward& xforward);
    Verdict answer(const Etrn&);
    Verdict answer(const Unknown&);
    Verdict answer(const HttpVerb&);
    Verdict answer(const Malformed& malformed);

    static Verdict say(int code, std::string_view enhanced, std::string_view text);
    static Verdict ask(Then question);
    static Verdict hang_up(int code, std::string_view enhanced, std::string_view text);
    Verdict refuse(int code, std::string_view enhanced, std::string_view text);
    Verdict refuse(Reply reply);
    Verdict swallow(const Bdat& bdat, Verdict verdict);
    Verdict hello(std::string name, bool extended);
    Verdict too_many_recipients();
    [[nodiscard]] Reply not_here() const;
    Verdict out_of_order();
    [[nodiscard]] Verdict not_as_commands(Verdict refused) const;
    Verdict idle(Verdict verdict);                     // counts commands that bring no mail
    [[nodiscard]] std::optional<Reply> locked() const; // TLS or AUTH must come first
    [[nodiscard]] std::optional<Reply> not_offered(const Mail& mail) const;
    [[nodiscard]] bool too_big(std::uint64_t size) const;

    [[nodiscard]] bool may_start_tls() const;
    [[nodiscard]] bool may_log_in() const;
    [[nodiscard]] std::string capabilities() const;
    [[nodiscard]] std::string possible_commands() const;
    void forget_message();

    Service service_;
    State state_ = State::greeting;
    Envelope envelope_;
    Rcpt candidate_;
    std::string helo_;
    std::string true_helo_;   // XCLIENT
    ClientAttributes origin_; // XFORWARD
    std::string login_;
    bool extended_ = false;
    bool tls_;
    bool more_input_ = false;
    std::uint32_t messages_ = 0;
    std::uint32_t transactions_ = 0;
    std::uint32_t errors_ = 0;
    std::uint32_t unknown_ = 0;
    std::uint32_t auth_failures_ = 0;
    std::uint32_t idle_commands_ = 0;
    std::uint32_t surplus_ = 0; // recipients beyond the limit since the last message
    std::uint64_t chunk_ = 0;   // octets of the chunk under way
    std::uint64_t chunks_ = 0;  // octets of all chunks of the message
};

} // namespace smtp
