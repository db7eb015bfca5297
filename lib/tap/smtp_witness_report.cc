// SPDX-License-Identifier: Apache-2.0
// tap/smtp_witness_report.cc - what an event says of a mail, and to which measure.
#include "base/clock.h"
#include "li/mail_view.h"
#include "tap/smtp_witness.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tap {

namespace {

using li::Direction;
using li::Status;
using li::What;

std::string message_id_of(const Gathered& mail)
{
    std::string room;
    return li::view(mail.header(room)).message_id;
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

SmtpWitness::Said SmtpWitness::said_now(smtp::Envelope envelope) const
{
    const smtp::Transaction& dialogue = scene_.dialogue();
    return {.envelope = std::move(envelope),
            .protocol = dialogue.protocol(),
            .helo = dialogue.helo(),
            .login = login_,
            .scene = scene_now(),
            .transaction = transactions_,
            .began = message_time_,
            .list = message_list_,
            .chunks = chunks_};
}

li::Event SmtpWitness::event(What what, Status status) const
{
    li::Event event = said_ ? said_->scene : scene_now();
    event.what = what;
    event.status = status;
    return event;
}

li::Event SmtpWitness::scene_now() const
{
    Party party = scene_.party();
    li::Event event;
    event.protocol = li::Protocol::smtp;
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
    event.sender_validated =
        !said_->login.empty() && canonical(mail.sender.mailbox) == said_->login;
    const auto say = [&event](std::string name, std::string value) {
        if (!value.empty())
            event.features.emplace_back(std::move(name), std::move(value));
    };
    say("helo", said_->helo);
    say("protocol", said_->protocol);
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

// What one measure may know: a sender's all recipients, a recipient's only its own, and of
// a login only the target's.
li::Event SmtpWitness::event_for(const Concerned& one, const li::Event& base,
                                 const std::vector<std::string>& recipients) const
{
    li::Event event = base;
    const bool sends = one.recipients.empty();
    event.what = sends ? What::sent : What::received;
    event.recipients = sends ? recipients : one.recipients;
    event.total_recipients = static_cast<std::uint32_t>(recipients.size());
    event.matched = one.matched;
    if (!one.by_login && base.session_begin != 0) {
        event.session += '.' + std::to_string(said_->transaction);
        event.session_begin = 0;
    }
    if (!one.by_login) { // RFC 4954 section 5: AUTH= names who logged in elsewhere
        event.user.clear();
        std::erase_if(event.features, [](const auto& one) { return one.first == "AUTH"; });
    }
    for (const smtp::Rcpt& rcpt : envelope().recipients) {
        const std::string& address = rcpt.recipient.mailbox;
        if (std::ranges::find(event.recipients, address) == event.recipients.end())
            continue;
        if (const std::string_view notify = notify_text(rcpt.notify); !notify.empty())
            event.features.emplace_back("NOTIFY " + address, notify);
        if (!rcpt.orcpt.empty())
            event.features.emplace_back("ORCPT " + address, rcpt.orcpt);
    }
    return event;
}

// What came to nothing before a message began, and who hears of it.
void SmtpWitness::report(What what, const smtp::Reply& reply,
                         const std::vector<std::string>& recipients)
{
    const std::vector<Concerned> concerned =
        concerned_by(envelope().mail.sender, recipients);
    if (concerned.empty())
        return;
    li::Event event = this->event(what, Status::failed);
    event.cause = cause_of(reply);
    describe(event, envelope().mail);
    report(concerned, event, recipients);
}

void SmtpWitness::report(const std::vector<Concerned>& concerned, const li::Event& base,
                         const std::vector<std::string>& recipients)
{
    for (const Concerned& one : concerned)
        if (one.target.covers(base.time))
            tap_.submit(event_for(one, base, recipients), std::span(&one.target, 1));
}

// The content, and what is known of it, goes to those whose measure covers all of its way.
std::vector<Prepared> SmtpWitness::prepare(const std::vector<Concerned>& concerned,
                                           const li::Event& base,
                                           const std::vector<std::string>& recipients,
                                           const Open* open) const
{
    std::vector<Prepared> all;
    for (const Concerned& one : concerned) {
        li::Event event = event_for(one, base, recipients);
        const bool heard = open != nullptr && one.target.covers(said_->began);
        const bool whole = heard && !open->content->empty();
        if (whole)
            event.direction =
                one.recipients.empty() ? Direction::from_target : Direction::to_target;
        if (!heard) {
            event.message_id.clear();
            event.size = 0;
            event.features.emplace_back("content", "began before the measure");
        }
        all.push_back(
            tap_.prepare(std::move(event), one.target, whole ? open->content : nullptr));
    }
    return all;
}

void SmtpWitness::submit(std::vector<Prepared> all, std::string_view queue_id)
{
    const std::int64_t time = said_ ? said_->scene.time : base::wall_microseconds();
    for (Prepared& one : all)
        tap_.submit(std::move(one), time, queue_id);
}

void SmtpWitness::report_failure(const Open* open, li::Cause cause)
{
    const std::vector<std::string> recipients = accepted_recipients();
    const std::vector<Concerned> concerned = concerned_now(open, recipients);
    if (concerned.empty())
        return;
    li::Event event = this->event(What::sent, Status::failed);
    event.cause = std::move(cause);
    describe(event, envelope().mail);
    if (open) {
        event.message_id = message_id_of(*open->content);
        event.size = open->content->size();
    }
    if (said_->began == 0) // no message of it ever began
        report(concerned, event, recipients);
    else
        submit(prepare(concerned, event, recipients, open), {});
}

std::vector<Prepared> SmtpWitness::prepare_message(const Open* open) const
{
    const std::vector<std::string> recipients = accepted_recipients();
    const std::vector<Concerned> concerned = concerned_now(open, recipients);
    if (concerned.empty())
        return {};
    li::Event event = this->event(What::sent, Status::succeeded);
    describe(event, envelope().mail);
    if (open != nullptr) {
        event.message_id = message_id_of(*open->content);
        event.size = open->content->size();
    }
    event.features.emplace_back("transfer", said_->chunks ? "BDAT" : "DATA");
    return prepare(concerned, event, recipients, open);
}

} // namespace tap
