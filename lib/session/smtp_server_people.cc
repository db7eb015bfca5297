// SPDX-License-Identifier: Apache-2.0
// session/smtp_server_people.cc - may this sender, may this recipient?  ETRN.

#include "base/log.h"
#include "session/smtp_server_session.h"

#include <fmt/format.h>

#include <utility>

namespace session {

namespace {

using smtp::Reply;
using smtp::Then;

Reply refusal_of(Ruling ruling)
{
    switch (ruling) {
    case Ruling::relay_denied:
        return {554, "5.7.1", "relay access denied"};
    case Ruling::routed_address:
        return {550, "5.7.1", "addresses with routes in them are not accepted"};
    case Ruling::unknown_recipient:
        return {550, "5.1.1", "no such user here"};
    case Ruling::own_sender:
        return {550, "5.7.1", "this sender address has to log in"};
    case Ruling::bounce_to_many:
        return {452, "4.5.3", "too many recipients for a message without sender"};
    case Ruling::accept:
    case Ruling::ask_backend:
        break;
    }
    return {451, "4.3.0", "try again later"};
}

} // namespace

Speaker SmtpServerSession::speaker() const
{
    return {.trusted = listener_->relay_from.contains(client_.address),
            .authenticated = !transaction_->login().empty()};
}

smtp::Reply SmtpServerSession::unavailable(const base::Failure& failure)
{
    base::log(base::Level::error, "directory-unavailable", id_,
              {{"error", failure.what()}});
    return {451, "4.3.0", "cannot look that up now, try again later"};
}

smtp::Verdict SmtpServerSession::refuse_sender(const Reply& reply)
{
    base::log(base::Level::notice, "sender-refused", id_,
              {{"client", client_.address.ip()},
               {"listener", listener_->name},
               {"protocol", transaction_->protocol()},
               {"tls", tls_version()},
               {"login", transaction_->login()},
               {"helo", transaction_->helo()},
               {"sender", transaction_->envelope().mail.sender.mailbox},
               {"reply", smtp::one_line(reply)}});
    return transaction_->refuse_sender(reply);
}

smtp::Verdict SmtpServerSession::check_sender_now()
{
    const SmtpWorld& world = server_.world();
    if (world.writer.no_space()) {
        base::log(base::Level::error, "no-space", id_, {{"client", client_.address.ip()}});
        return refuse_sender(no_space_reply());
    }
    if (!server_.limits().may_send(client_.address, base::wall_seconds())) {
        base::log(base::Level::notice, "client-refused", id_,
                  {{"client", client_.address.ip()},
                   {"listener", listener_->name},
                   {"limit", "messages-per-client-minute"},
                   {"reason", "too many messages in a minute"}});
        smtp::Verdict verdict = transaction_->refuse_sender(
            {421, "4.7.0", "too many messages in a minute, try again later"});
        verdict.then = Then::hang_up;
        return verdict;
    }
    const text::Address& sender = transaction_->envelope().mail.sender;
    try {
        const Ruling ruling =
            judge_sender(listener_->rules, speaker(), sender, world.served);
        if (ruling == Ruling::accept) {
            envelopes_full_ = false;
            return transaction_->accept_sender();
        }
        return refuse_sender(refusal_of(ruling));
    } catch (const base::Failure& failure) {
        return refuse_sender(unavailable(failure));
    }
}

net::Task<smtp::Verdict> SmtpServerSession::check_sender()
{
    co_return check_sender_now();
}

// What the rules say, or the reply when the database cannot be asked.
std::expected<Ruling, Reply> SmtpServerSession::rule_on_recipient()
{
    const smtp::Envelope& envelope = transaction_->envelope();
    const auto so_far = static_cast<std::uint32_t>(envelope.recipients.size());
    try {
        const Ruling ruling = judge_recipient(
            listener_->rules, speaker(), transaction_->candidate().recipient,
            envelope.mail.sender.null(), so_far, server_.world().served);
        return ruling == Ruling::bounce_to_many ? ruling
                                                : rule_on_rewritten().value_or(ruling);
    } catch (const base::Failure& failure) {
        return std::unexpected(unavailable(failure));
    }
}

// An address we have made ourselves (SRS): only the signature tells whether it exists,
// whatever is said of its domain.
std::optional<Ruling> SmtpServerSession::rule_on_rewritten() const
{
    if (!listener_->srs)
        return std::nullopt;
    constexpr std::int64_t day = 86400;
    const auto original = listener_->srs->reverse(
        transaction_->candidate().recipient.mailbox, base::wall_seconds() / day);
    if (original)
        return Ruling::accept;
    if (original.error() == smtp::SrsError::not_srs)
        return std::nullopt;
    return Ruling::unknown_recipient;
}

net::Task<smtp::Verdict> SmtpServerSession::check_recipient()
{
    const std::expected<Ruling, Reply> ruling = rule_on_recipient();
    if (!ruling)
        co_return refuse_recipient(ruling.error());
    if (*ruling == Ruling::accept)
        co_return accept_recipient();
    if (*ruling == Ruling::ask_backend) {
        const smtp::Verdict verdict = co_await ask_backend();
        co_return verdict;
    }
    if (*ruling == Ruling::relay_denied || *ruling == Ruling::routed_address)
        co_await tarpit();
    co_return refuse_recipient(refusal_of(*ruling));
}

// One log line for each transaction: the client may ask a thousand times.
smtp::Verdict SmtpServerSession::accept_recipient()
{
    if (envelope_share_.take(envelope_cost(transaction_->candidate())))
        return transaction_->accept_recipient();
    const EnvelopeBudget& budget = server_.envelopes();
    if (!std::exchange(envelopes_full_, true))
        base::log(base::Level::warning, "envelopes-full", id_,
                  {{"client", client_.address.ip()},
                   {"recipients", transaction_->envelope().recipients.size()},
                   {"own", envelope_share_.taken()},
                   {"used", budget.used()},
                   {"limit", budget.limit()}});
    return transaction_->refuse_recipient(
        {452, "4.3.1", "not enough memory for this recipient now, try again later"});
}

smtp::Verdict SmtpServerSession::refuse_recipient(const Reply& reply)
{
    const smtp::Envelope& envelope = transaction_->envelope();
    base::log(base::Level::notice, "recipient-refused", id_,
              {{"client", client_.address.ip()},
               {"listener", listener_->name},
               {"protocol", transaction_->protocol()},
               {"tls", tls_version()},
               {"login", transaction_->login()},
               {"helo", transaction_->helo()},
               {"sender", envelope.mail.sender.mailbox},
               {"recipient", transaction_->candidate().recipient.mailbox},
               {"reply", smtp::one_line(reply)}});
    return transaction_->refuse_recipient(reply);
}

net::Task<smtp::Verdict> SmtpServerSession::ask_backend()
{
    co_await wire_.flush(); // the question may take a while
    const std::string address = transaction_->candidate().recipient.mailbox;
    const ProbeAnswer answer = co_await server_.world().probe.ask(address);
    switch (answer.kind) {
    case ProbeAnswer::Kind::known:
        co_return accept_recipient();
    case ProbeAnswer::Kind::unknown:
        co_return refuse_recipient({550, "5.1.1", "no such user here"});
    case ProbeAnswer::Kind::no_answer:
        break;
    }
    base::log(base::Level::warning, "probe-failed", id_,
              {{"recipient", address}, {"error", answer.reason}});
    co_return refuse_recipient(
        {451, "4.4.1", "cannot ask about this recipient, try later"});
}

// on_relay = delay: strangers wait, and so do fewer of them come.  The number of those who
// wait is bounded; whoever comes on top is refused at once.
net::Task<void> SmtpServerSession::tarpit()
{
    if (!listener_->delay_relay_refusal)
        co_return;
    const Place place(server_.tarpit());
    if (!place)
        co_return;
    co_await wire_.flush();
    co_await net::sleep_for(server_.world().loop, listener_->times.tarpit);
}

// RFC 1985.  A domain may be asked for by those who may relay, and by the hosts it is
// delivered to.
net::Task<smtp::Verdict> SmtpServerSession::flush_queue(std::string node)
{
    const std::string domain = node.starts_with('@') ? node.substr(1) : node;
    smtp::Verdict verdict;
    const bool allowed = co_await may_flush(domain);
    if (!allowed) {
        verdict.reply = {459, "4.7.1", fmt::format("{} is not for you to ask for", node)};
        co_return verdict;
    }
    bool asked = false;
    if (server_.world().queue != nullptr)
        asked = co_await server_.world().queue->flush(domain);
    if (asked)
        verdict.reply = {250, "2.0.0", fmt::format("queuing for node {} started", node)};
    else
        verdict.reply = {458, "4.3.0",
                         fmt::format("unable to queue messages for {}", node)};
    base::log(base::Level::info, "etrn", id_,
              {{"client", client_.address.ip()},
               {"domain", domain},
               {"code", verdict.reply.code}});
    co_return verdict;
}

net::Task<bool> SmtpServerSession::may_flush(std::string domain)
{
    std::vector<db::RouteHost> hosts;
    try {
        ServedDomains& served = server_.world().served;
        const std::optional<db::Domain> row = served.domain(domain);
        if (!row || !row->etrn)
            co_return false;
        if (speaker().may_relay())
            co_return true;
        hosts = served.route("postmaster@" + domain);
    } catch (const base::Failure& failure) {
        (void)unavailable(failure);
        co_return false;
    }
    for (const db::RouteHost& host : hosts) {
        const bool same = co_await is_this_client(host.host);
        if (same)
            co_return true;
    }
    co_return false;
}

net::Task<bool> SmtpServerSession::is_this_client(std::string host)
{
    std::string_view name = host;
    if (name.starts_with('[') && name.ends_with(']'))
        name = name.substr(1, name.size() - 2);
    if (const auto address = net::Address::parse_ip(name))
        co_return address->ip() == client_.address.ip();
    if (server_.world().resolver == nullptr || name.starts_with("mx:"))
        co_return false;
    const net::DnsAnswer<net::Address> answer =
        co_await server_.world().resolver->addresses(std::string(name), 0);
    for (const net::Address& address : answer.records)
        if (address.ip() == client_.address.ip())
            co_return true;
    co_return false;
}

} // namespace session
