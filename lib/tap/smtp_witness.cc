// SPDX-License-Identifier: Apache-2.0
#include "tap/smtp_witness.h"

#include "base/clock.h"

#include <algorithm>
#include <utility>

namespace tap {

namespace {

using li::Status;
using li::What;

li::Cause ended_by(std::string_view why)
{
    return {.layer = why == "tls" ? "tls" : "connection",
            .code = std::string(why),
            .enhanced = {},
            .text = {}};
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

// Behind it somebody else may speak, from elsewhere.
bool changes_client(const smtp::Command& command)
{
    return std::holds_alternative<smtp::StartTls>(command) ||
           std::holds_alternative<smtp::Xclient>(command);
}

} // namespace

li::Cause SmtpWitness::cause_of(const smtp::Reply& reply)
{
    std::string text = reply.text;
    std::ranges::replace(text, '\n', ' ');
    const bool policy = reply.enhanced.find(".7.") == 1; // RFC 3463 section 3.8
    return {.layer = policy ? "policy" : "protocol",
            .code = std::to_string(reply.code),
            .enhanced = reply.enhanced,
            .text = std::move(text)};
}

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

void SmtpWitness::add_sender(std::vector<Concerned>& all, const text::Address& sender) const
{
    const std::string& login = said_ ? said_->login : login_;
    if (!login.empty())
        for (Target& target : tap_.find(std::span(&login, 1)))
            all.push_back({std::move(target), login, {}, true});
    if (sender.null())
        return;
    const std::string who = canonical(sender.mailbox);
    for (Target& target : tap_.find(std::span(&who, 1))) {
        const auto same = [&target](const Concerned& one) {
            return one.target.measure == target.measure;
        };
        if (std::ranges::none_of(all, same))
            all.push_back({std::move(target), who, {}, false});
    }
}

// The first `senders` of all are about the sender.
void SmtpWitness::add_recipient(std::vector<Concerned>& all, std::size_t senders,
                                const std::string& recipient) const
{
    const std::string who = canonical(recipient);
    for (Target& target : tap_.find(std::span(&who, 1))) {
        const auto same = std::find_if(all.begin() + static_cast<std::ptrdiff_t>(senders),
                                       all.end(), [&target](const Concerned& one) {
                                           return one.target.measure == target.measure;
                                       });
        if (same != all.end())
            same->recipients.push_back(recipient);
        else
            all.push_back({std::move(target), who, {recipient}, false});
    }
}

std::vector<SmtpWitness::Concerned>
SmtpWitness::concerned_by(const text::Address& sender,
                          const std::vector<std::string>& recipients) const
{
    std::vector<Concerned> all;
    add_sender(all, sender);
    const std::size_t senders = all.size();
    for (const std::string& recipient : recipients)
        add_recipient(all, senders, recipient);
    return all;
}

// Who is of interest may have changed since the message began.
std::vector<SmtpWitness::Concerned>
SmtpWitness::concerned_now(const Open* open,
                           const std::vector<std::string>& recipients) const
{
    if (said_->list != 0 && said_->list == tap_.generation())
        return open != nullptr ? open->concerned : std::vector<Concerned>();
    return concerned_by(envelope().mail.sender, recipients);
}

void SmtpWitness::about_to(const smtp::Command& command)
{
    if (login_time_ != 0 && changes_client(command))
        before_ = std::make_unique<li::Event>(scene_now());
    const smtp::Transaction& dialogue = scene_.dialogue();
    if (!dialogue.in_transaction()) {
        if (std::holds_alternative<smtp::Mail>(command)) {
            ++transactions_;
            told_ = false;
            message_time_ = 0;
            message_list_ = 0;
            open_.reset();
        }
        return;
    }
    if (const std::string_view verb = gives_up(command); !verb.empty())
        fail({.layer = "protocol", .code = std::string(verb), .enhanced = {}, .text = {}});
    else if (const auto* const bdat = std::get_if<smtp::Bdat>(&command))
        if (const auto why = dialogue.refusal_of(*bdat))
            fail(cause_of(*why));
}

void SmtpWitness::answered(const smtp::Command& command, const smtp::Reply& reply)
{
    if (std::holds_alternative<smtp::StartTls>(command))
        follow_login("STARTTLS");
    else if (std::holds_alternative<smtp::Xclient>(command))
        follow_login("XCLIENT");
    if (reply.positive())
        return;
    if (const auto* const mail = std::get_if<smtp::Mail>(&command))
        sender_refused(*mail, reply);
    else if (const auto* const rcpt = std::get_if<smtp::Rcpt>(&command))
        recipient_refused(*rcpt, reply);
    else if (std::holds_alternative<smtp::Data>(command))
        data_refused(reply);
}

void SmtpWitness::sender_refused(const smtp::Mail& mail, const smtp::Reply& reply)
{
    when_answered(said_now({.mail = mail, .recipients = {}}),
                  [this, reply] { report(What::sent, reply, {}); });
}

// Each refusal is an event: of the sender's communication, and of the recipient's.
void SmtpWitness::recipient_refused(const smtp::Rcpt& rcpt, const smtp::Reply& reply)
{
    when_answered(said_now({.mail = envelope().mail, .recipients = {}}),
                  [this, refused = rcpt.recipient.mailbox, reply] {
                      report(What::received, reply, {refused});
                  });
}

// DATA before a recipient was taken, and the like: the transaction goes on.
void SmtpWitness::data_refused(const smtp::Reply& reply)
{
    if (!scene_.dialogue().in_transaction() || told_)
        return;
    when_answered(said_now(envelope()),
                  [this, reply] { report(What::sent, reply, accepted_recipients()); });
}

// The transaction comes to nothing.
void SmtpWitness::fail(li::Cause cause)
{
    if (std::exchange(told_, true))
        return;
    when_answered(said_now(envelope()), [this, open = std::exchange(open_, nullptr),
                                         cause = std::move(cause)]() mutable {
        report_failure(open.get(), std::move(cause));
    });
}

void SmtpWitness::message_begins(bool chunks)
{
    open_.reset();
    chunks_ = chunks;
    message_time_ = base::wall_microseconds();
    message_list_ = tap_.generation();
    agenda_.add([this] { open(); }); // the client is being told to go ahead
}

void SmtpWitness::open()
{
    std::vector<Concerned> concerned =
        concerned_by(envelope().mail.sender, accepted_recipients());
    if (concerned.empty())
        return;
    open_ = std::make_unique<Open>();
    open_->concerned = std::move(concerned);
    open_->content = tap_.new_content();
}

void SmtpWitness::heard(std::string_view bytes)
{
    catch_up(); // nobody is told to go ahead with a chunk
    if (open_)
        open_->content->append(bytes);
}

void SmtpWitness::message_waits()
{
    catch_up(); // of refusals before it
    if (!open_)
        return;
    said_ = said_now(envelope());
    ready_ = prepare_message(open_.get());
    said_.reset();
}

void SmtpWitness::message_done(const smtp::Reply& reply, std::string_view queue_id)
{
    catch_up(); // refused before any of it was heard
    std::vector<Prepared> ready = std::exchange(ready_, {});
    if (!reply.positive()) {
        fail(cause_of(reply));
        return;
    }
    told_ = true;
    std::unique_ptr<Open> open = std::exchange(open_, nullptr);
    if (message_list_ != tap_.generation()) // there may be others now, or fewer
        when_answered(said_now(envelope()),
                      [this, open = std::move(open), id = std::string(queue_id)] {
                          submit(prepare_message(open.get()), id);
                      });
    else
        submit(std::move(ready), queue_id);
}

void SmtpWitness::ended(std::string_view why)
{
    catch_up();
    if (!asking_.empty())
        login_event(What::login_attempt, Status::unknown, asking_, mechanism_,
                    ended_by(why));
    if (scene_.dialogue().in_transaction())
        fail(ended_by(why));
    if (login_time_ != 0)
        logged_out(scene_now(), ended_by(why));
    catch_up();
}

} // namespace tap
