// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_plan.h"

#include "seal/digest.h"
#include "smtp/dot_stuffer.h"

#include <fmt/format.h>

#include <algorithm>

namespace tkuev {

namespace {

using etsi::EmailStatus;
using What = Deed::What;

// RFC 2606: nobody answers there, and nobody is meant.
constexpr std::string_view outsider = "rehearsal@sender.invalid";
constexpr std::string_view nobody = "nobody@recipient.invalid";

RehearsalMail mail_of(const std::string& token, std::size_t number, std::string_view sender,
                      std::vector<std::string> recipients)
{
    RehearsalMail mail;
    mail.id = fmt::format("<{}.{}@rehearsal.invalid>", token, number);
    mail.sender = sender;
    mail.recipients = std::move(recipients);
    // Dots and octets of UTF-8 are what goes wrong, if anything does.
    mail.text = fmt::format(
        "From: rehearsal <{}>\r\nTo: rehearsal <rehearsal@recipient.invalid>\r\n"
        "Subject: rehearsal {} {}\r\nMessage-ID: {}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
        "Probebetrieb, ohne Überwachung Dritter.\r\n.\r\n..two dots\r\n{}\r\n",
        sender, token, number, mail.id, std::string(number + 1, '.'));
    return mail;
}

// Makes mails that differ in everything but their form.
class Writer {
public:
    explicit Writer(std::string token) : token_(std::move(token)) {}

    RehearsalMail write(std::string_view sender, std::vector<std::string> recipients)
    {
        return mail_of(token_, ++number_, sender, std::move(recipients));
    }

private:
    std::string token_;
    std::size_t number_ = 0;
};

void add_deliveries(Round& round, const Cast& cast, Writer& writer)
{
    const std::string& first = cast.account.addresses.front();
    const std::string& other = cast.bystander.addresses.front();
    for (const std::string& address : cast.account.addresses)
        round.push_back(
            {.title = "mail to the account", .mails = {writer.write(outsider, {address})}});
    round.push_back({.title = "mail to the bystander",
                     .bystander = true,
                     .mails = {writer.write(outsider, {other})}});
    round.push_back(
        {.title = "mail to both", .mails = {writer.write(outsider, {first, other})}});
    for (const bool bystander : {false, true})
        round.push_back(
            {.title = "refused recipient",
             .kind = SessionKind::refused_recipient,
             .bystander = bystander,
             .mails = {writer.write(bystander ? other : first, {std::string(nobody)})}});
}

// Both send to the bystander: the account would hear of its own mail twice.
void add_submissions(Round& round, const Cast& cast, Writer& writer)
{
    const std::string& other = cast.bystander.addresses.front();
    for (const bool bystander : {false, true}) {
        const Person& who = bystander ? cast.bystander : cast.account;
        round.push_back({.title = "submission",
                         .kind = SessionKind::submit,
                         .bystander = bystander,
                         .mails = {writer.write(who.addresses.front(), {other})}});
    }
}

void add_failed_logins(Round& round, li::Protocol protocol)
{
    for (const bool bystander : {false, true})
        round.push_back({.title = "failed login",
                         .kind = SessionKind::failed_login,
                         .protocol = protocol,
                         .bystander = bystander});
}

// What this person is to find in his mailbox.
std::vector<RehearsalMail> mails_for(const Round& sent, const Person& who)
{
    std::vector<RehearsalMail> mails;
    for (const PlannedSession& session : sent)
        for (const RehearsalMail& mail : session.mails)
            if (std::ranges::find_first_of(mail.recipients, who.addresses) !=
                mail.recipients.end())
                mails.push_back(mail);
    return mails;
}

void add_reader(Round& round, li::Protocol protocol, bool bystander,
                std::vector<RehearsalMail> mails)
{
    round.push_back({.title = "mailbox",
                     .kind = SessionKind::read,
                     .protocol = protocol,
                     .bystander = bystander,
                     .mails = std::move(mails)});
}

// IMAP reads the first mail and POP3 what is left, so that each has some.
void add_readers(Round& imap, Round& pop3, const Stages& stages, bool bystander,
                 const std::vector<RehearsalMail>& mails)
{
    const bool shared = stages.imap && stages.pop3 && !mails.empty();
    const auto cut = shared ? mails.begin() + 1 : stages.imap ? mails.end() : mails.begin();
    if (stages.imap)
        add_reader(imap, li::Protocol::imap, bystander, {mails.begin(), cut});
    if (stages.pop3)
        add_reader(pop3, li::Protocol::pop3, bystander, {cut, mails.end()});
}

std::string_view event_of(What what)
{
    switch (what) {
    case What::logged_in:
        return "login";
    case What::login_refused:
        return "login_failed";
    case What::logged_out:
        return "logout";
    case What::mail_accepted:
        return "mail_received";
    case What::transaction_refused:
        return "mail_sent";
    case What::fetched:
        return "mail_fetched";
    case What::part_fetched:
        return "mail_partially_fetched";
    case What::stored:
        return "mail_stored";
    }
    return "";
}

void put_content(Expected& expected, std::string_view content)
{
    expected.has_content = true;
    expected.digest = seal::hex(seal::sha256(content));
    expected.octets = content.size();
}

// Of these, the recipients who are the account.
std::vector<std::string> its_own(const std::vector<std::string>& recipients,
                                 const Cast& cast)
{
    std::vector<std::string> out;
    std::ranges::copy_if(recipients, std::back_inserter(out), [&](const auto& one) {
        return std::ranges::find(cast.account.addresses, one) !=
               cast.account.addresses.end();
    });
    return out;
}

// The mail itself, and its way to the next hop.
std::vector<Expected> of_mail(const Deed& deed, const Cast& cast)
{
    const bool sent = deed.with_login && !deed.bystander;
    const auto own = its_own(deed.mail.recipients, cast);
    if (!sent && own.empty())
        return {};
    Expected mail{.session = deed.session,
                  .event = sent ? "mail_sent" : "mail_received",
                  .port = deed.port};
    mail.message_id = deed.mail.id;
    mail.sender = deed.mail.sender;
    mail.recipients = sent || cast.all_recipients ? deed.mail.recipients : own;
    mail.total_recipients = static_cast<std::uint32_t>(deed.mail.recipients.size());
    put_content(mail, deed.content);
    Expected leg{.session = deed.session + ", next hop", .event = "mail_forwarded"};
    leg.message_id = deed.mail.id;
    leg.recipients = sent ? deed.mail.recipients : own;
    return {std::move(mail), std::move(leg)};
}

} // namespace

RehearsalMail stored_mail(const Person& who, const std::string& token)
{
    return mail_of(token, 0, who.addresses.front(), {who.addresses.front()});
}

std::vector<Round> plan_of(const Cast& cast, const Stages& stages, const std::string& token)
{
    Writer writer(token);
    Round smtp;
    Round imap;
    Round pop3;
    if (stages.smtp)
        add_deliveries(smtp, cast, writer);
    if (stages.submission) {
        add_submissions(smtp, cast, writer);
        add_failed_logins(smtp, li::Protocol::smtp);
    }
    for (const bool bystander : {false, true})
        add_readers(imap, pop3, stages, bystander,
                    mails_for(smtp, bystander ? cast.bystander : cast.account));
    if (stages.imap)
        add_failed_logins(imap, li::Protocol::imap);
    if (stages.pop3)
        add_failed_logins(pop3, li::Protocol::pop3);
    std::vector<Round> rounds = {std::move(smtp), std::move(imap), std::move(pop3)};
    std::erase_if(rounds, [](const Round& round) { return round.empty(); });
    return rounds;
}

std::string with_dots(std::string_view text)
{
    smtp::DotStuffer stuffer;
    std::string out;
    stuffer.feed(text, out);
    stuffer.finish(out);
    return out;
}

std::vector<Expected> expected_of(const Deed& deed, const Cast& cast)
{
    if (deed.what == What::mail_accepted)
        return of_mail(deed, cast);
    if (deed.bystander)
        return {};
    Expected expected{.session = deed.session,
                      .event = std::string(event_of(deed.what)),
                      .port = deed.port};
    if (deed.what == What::login_refused || deed.what == What::transaction_refused)
        expected.status = EmailStatus::failed;
    if (deed.what == What::transaction_refused) {
        expected.sender = deed.mail.sender;
        if (!deed.recipient_refused.empty())
            expected.recipients = {deed.recipient_refused};
    }
    if (!deed.content.empty())
        put_content(expected, deed.content);
    return {std::move(expected)};
}

} // namespace tkuev
