// SPDX-License-Identifier: Apache-2.0
#include "tap/smtp_witness.h"

#include "base/clock.h"
#include "li/mail_view.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tap {

namespace {

using li::Direction;
using li::Status;
using li::What;

// Room for a message at once, so that it is not copied while it grows.
constexpr std::size_t usual_size = 64u << 10;
constexpr std::size_t large_size = 1u << 20;

li::Cause cause_of(const smtp::Reply& reply)
{
    std::string text = reply.text;
    std::ranges::replace(text, '\n', ' ');
    return {.layer = "protocol",
            .code = std::to_string(reply.code),
            .enhanced = reply.enhanced,
            .text = std::move(text)};
}

// Whether a command ends a transaction without a message.
std::string_view gives_up(const smtp::Command& command)
{
    if (std::holds_alternative<smtp::Rset>(command))
        return "RSET";
    if (std::holds_alternative<smtp::Helo>(command))
        return "HELO";
    if (std::holds_alternative<smtp::Ehlo>(command))
        return "EHLO";
    if (std::holds_alternative<smtp::Quit>(command))
        return "QUIT";
    return {};
}

std::string_view notify_text(std::uint8_t notify)
{
    if ((notify & smtp::notify_never) != 0)
        return "NEVER";
    constexpr std::array<std::string_view, 8> names = {
        "",      "SUCCESS",       "FAILURE",       "SUCCESS,FAILURE",
        "DELAY", "SUCCESS,DELAY", "FAILURE,DELAY", "SUCCESS,FAILURE,DELAY"};
    return names[notify >> 1 & 7];
}

} // namespace

SmtpWitness::SmtpWitness(Tap& tap, const SmtpScene& scene, std::string_view session)
    : tap_(tap), scene_(scene), session_(session)
{
}

std::string SmtpWitness::canonical(std::string_view address) const
{
    return li::canonical_address(address, tap_.rules()).value_or(std::string());
}

std::vector<std::string> SmtpWitness::accepted_recipients() const
{
    std::vector<std::string> all;
    for (const smtp::Rcpt& rcpt : envelope().recipients)
        all.push_back(rcpt.recipient.mailbox);
    return all;
}

std::vector<SmtpWitness::Concerned>
SmtpWitness::concerned_by(const text::Address& sender,
                          const std::vector<std::string>& recipients) const
{
    std::vector<std::string> senders;
    if (!login_.empty())
        senders.push_back(login_);
    if (!sender.null())
        senders.push_back(canonical(sender.mailbox));
    std::vector<Concerned> all;
    for (Target& target : tap_.find(senders))
        all.push_back({std::move(target), {}});
    const auto senders_end = static_cast<std::ptrdiff_t>(all.size());
    for (const std::string& recipient : recipients) {
        const std::string who = canonical(recipient);
        for (Target& target : tap_.find(std::span(&who, 1))) {
            const auto same = std::find_if(all.begin() + senders_end, all.end(),
                                           [&target](const Concerned& one) {
                                               return one.target.measure == target.measure;
                                           });
            if (same != all.end())
                same->recipients.push_back(recipient);
            else
                all.push_back({std::move(target), {recipient}});
        }
    }
    return all;
}

li::Event SmtpWitness::event(What what, Status status) const
{
    Party party = scene_.party();
    li::Event event;
    event.protocol = li::Protocol::smtp;
    event.what = what;
    event.status = status;
    event.time = base::wall_microseconds();
    event.session = session_;
    event.session_begin = login_time_;
    event.leg = "in";
    event.client = std::move(party.client);
    event.server = std::move(party.server);
    event.tls = std::move(party.tls);
    event.client_octets = party.client_octets;
    event.server_octets = party.server_octets;
    event.user = scene_.dialogue().login();
    if (login_time_ == 0) // each mail is a communication of its own
        event.session += '.' + std::to_string(transactions_);
    return event;
}

void SmtpWitness::describe(li::Event& event, const smtp::Mail& mail) const
{
    event.sender = mail.sender.mailbox;
    event.sender_validated = !login_.empty() && canonical(mail.sender.mailbox) == login_;
    const auto say = [&event](std::string name, std::string value) {
        if (!value.empty())
            event.features.emplace_back(std::move(name), std::move(value));
    };
    say("helo", scene_.dialogue().helo());
    say("protocol", scene_.dialogue().protocol());
    say("SIZE", mail.size ? std::to_string(*mail.size) : "");
    say("BODY", mail.body == smtp::Body::eight_bit_mime ? "8BITMIME"
                : mail.body == smtp::Body::binary_mime  ? "BINARYMIME"
                                                        : "");
    say("SMTPUTF8", mail.smtputf8 ? "yes" : "");
    say("RET", mail.ret == smtp::Ret::full      ? "FULL"
               : mail.ret == smtp::Ret::headers ? "HDRS"
                                                : "");
    say("ENVID", mail.envid);
    say("AUTH", mail.auth.value_or(""));
}

// Every concerned measure gets what it may know: a sender's all recipients, a recipient's
// only its own.
void SmtpWitness::report(const std::vector<Concerned>& concerned, const li::Event& base,
                         const std::vector<std::string>& recipients, std::uint32_t total,
                         const Content& content)
{
    for (const Concerned& one : concerned) {
        if (!one.target.covers(base.time))
            continue;
        li::Event event = base;
        const bool sends = one.recipients.empty();
        event.what = sends ? What::sent : What::received;
        event.recipients = sends ? recipients : one.recipients;
        event.total_recipients = total;
        event.matched =
            sends ? (login_.empty() ? event.sender : login_) : one.recipients.front();
        for (const smtp::Rcpt& rcpt : envelope().recipients) {
            if (std::ranges::find(event.recipients, rcpt.recipient.mailbox) ==
                event.recipients.end())
                continue;
            if (const std::string_view notify = notify_text(rcpt.notify); !notify.empty())
                event.features.emplace_back("NOTIFY " + rcpt.recipient.mailbox, notify);
            if (!rcpt.orcpt.empty())
                event.features.emplace_back("ORCPT " + rcpt.recipient.mailbox, rcpt.orcpt);
        }
        if (content && !content->empty())
            event.direction = sends ? Direction::from_target : Direction::to_target;
        tap_.submit(std::move(event), std::span(&one.target, 1),
                    content && !content->empty() ? content : nullptr);
    }
}

void SmtpWitness::login_event(What what, Status status, const std::string& user,
                              std::string_view mechanism, li::Cause cause)
{
    const std::string who = li::canonical_login(user, tap_.rules());
    const auto targets = tap_.interested(std::span(&who, 1), base::wall_microseconds());
    if (targets.empty())
        return;
    li::Event event = this->event(what, status);
    event.session = session_;
    event.user = user;
    event.mechanism = mechanism;
    event.matched = who;
    event.cause = std::move(cause);
    tap_.submit(std::move(event), targets);
}

void SmtpWitness::login_began(const std::string& user, std::string_view mechanism)
{
    asking_ = user;
    mechanism_ = mechanism;
}

void SmtpWitness::login_ended(const std::string& user, std::string_view mechanism,
                              const smtp::Reply& reply)
{
    asking_.clear();
    if (!reply.positive()) {
        login_event(What::login_failed, Status::failed, user, mechanism, cause_of(reply));
        return;
    }
    login_ = li::canonical_login(user, tap_.rules());
    login_time_ = base::wall_microseconds();
    login_event(What::login, Status::succeeded, user, mechanism, {});
}

void SmtpWitness::about_to(const smtp::Command& command)
{
    if (std::holds_alternative<smtp::Mail>(command))
        ++transactions_;
    const std::string_view verb = gives_up(command);
    if (!verb.empty() && scene_.dialogue().in_transaction())
        fail({.layer = "protocol", .code = std::string(verb), .enhanced = {}, .text = {}});
}

void SmtpWitness::answered(const smtp::Command& command, const smtp::Reply& reply)
{
    if (reply.positive())
        return;
    if (const auto* const mail = std::get_if<smtp::Mail>(&command))
        sender_refused(*mail, reply);
    else if (const auto* const rcpt = std::get_if<smtp::Rcpt>(&command))
        recipient_refused(*rcpt, reply);
}

void SmtpWitness::sender_refused(const smtp::Mail& mail, const smtp::Reply& reply)
{
    const std::vector<Concerned> concerned = concerned_by(mail.sender, {});
    if (concerned.empty())
        return;
    li::Event event = this->event(What::sent, Status::failed);
    event.cause = cause_of(reply);
    describe(event, mail);
    report(concerned, event, {}, 0, nullptr);
}

// Each refusal is an event: of the sender's communication, and of the recipient's.
void SmtpWitness::recipient_refused(const smtp::Rcpt& rcpt, const smtp::Reply& reply)
{
    const std::vector<std::string> refused = {rcpt.recipient.mailbox};
    const std::vector<Concerned> concerned = concerned_by(envelope().mail.sender, refused);
    if (concerned.empty())
        return;
    li::Event event = this->event(What::received, Status::failed);
    event.cause = cause_of(reply);
    describe(event, envelope().mail);
    report(concerned, event, refused, 1, nullptr);
}

// The transaction comes to nothing.
void SmtpWitness::fail(li::Cause cause)
{
    const std::unique_ptr<Open> open = std::exchange(open_, nullptr);
    const std::vector<std::string> recipients = accepted_recipients();
    const std::vector<Concerned> concerned =
        open ? std::move(open->concerned)
             : concerned_by(envelope().mail.sender, recipients);
    if (concerned.empty())
        return;
    li::Event event = this->event(What::sent, Status::failed);
    event.cause = std::move(cause);
    describe(event, envelope().mail);
    const Content content = open ? open->content : nullptr;
    if (content)
        event.message_id = li::view(*content).message_id;
    event.size = content ? content->size() : 0;
    report(concerned, event, recipients, static_cast<std::uint32_t>(recipients.size()),
           content);
}

void SmtpWitness::message_begins(bool chunks)
{
    std::vector<Concerned> concerned =
        concerned_by(envelope().mail.sender, accepted_recipients());
    if (concerned.empty())
        return;
    open_ = std::make_unique<Open>();
    open_->concerned = std::move(concerned);
    open_->content = std::make_shared<std::string>();
    open_->content->reserve(
        std::clamp<std::size_t>(envelope().mail.size.value_or(0), usual_size, large_size));
    open_->chunks = chunks;
}

void SmtpWitness::heard(std::string_view bytes)
{
    if (open_)
        open_->content->append(bytes);
}

void SmtpWitness::message_done(const smtp::Reply& reply, std::string_view queue_id)
{
    if (!reply.positive()) {
        fail(cause_of(reply));
        return;
    }
    const std::unique_ptr<Open> open = std::exchange(open_, nullptr);
    if (!open)
        return;
    const std::vector<std::string> recipients = accepted_recipients();
    li::Event event = this->event(What::sent, Status::succeeded);
    describe(event, envelope().mail);
    event.queue_id = queue_id;
    event.message_id = li::view(*open->content).message_id;
    event.size = open->content->size();
    event.features.emplace_back("transfer", open->chunks ? "BDAT" : "DATA");
    report(open->concerned, event, recipients,
           static_cast<std::uint32_t>(recipients.size()), open->content);
}

void SmtpWitness::ended(std::string_view why)
{
    if (!asking_.empty())
        login_event(
            What::login_attempt, Status::unknown, asking_, mechanism_,
            {.layer = "connection", .code = std::string(why), .enhanced = {}, .text = {}});
    if (scene_.dialogue().in_transaction())
        fail({.layer = "connection", .code = std::string(why), .enhanced = {}, .text = {}});
    if (login_time_ == 0)
        return;
    const std::int64_t now = base::wall_microseconds();
    const auto targets = tap_.interested(std::span(&login_, 1), now);
    if (targets.empty())
        return;
    li::Event event = this->event(What::logout, Status::succeeded);
    event.matched = login_;
    event.session_end = now;
    event.cause = {
        .layer = "connection", .code = std::string(why), .enhanced = {}, .text = {}};
    tap_.submit(std::move(event), targets);
}

} // namespace tap
