// SPDX-License-Identifier: Apache-2.0
#include "tap/mailbox_witness.h"

#include "base/clock.h"
#include "li/mail_view.h"

#include <algorithm>
#include <utility>

namespace tap {

namespace {

constexpr std::uint64_t usual_size = 64u << 10;
constexpr std::uint64_t large_size = 1u << 20;

} // namespace

using li::Status;
using li::What;

MailboxWitness::MailboxWitness(Tap& tap, const MailboxScene& scene, li::Protocol protocol,
                               std::string_view session)
    : tap_(tap), scene_(scene), protocol_(protocol), session_(session)
{
}

void MailboxWitness::login_began(std::string_view mailbox, std::string_view by,
                                 std::string_view mechanism)
{
    asking_ = true;
    mailbox_ = mailbox;
    by_ = by == mailbox ? std::string_view() : by;
    mechanism_ = mechanism;
    std::vector<std::string> who = {li::canonical_login(mailbox, tap_.rules())};
    if (!by_.empty())
        who.push_back(li::canonical_login(by_, tap_.rules()));
    watch_.follow(&tap_, std::move(who));
}

void MailboxWitness::login_accepted()
{
    asking_ = false;
    login_time_ = base::wall_microseconds();
    submit(event(What::login, Status::succeeded));
}

void MailboxWitness::login_failed(li::Cause cause)
{
    asking_ = false;
    if (targets().empty())
        return;
    li::Event failed = event(What::login_failed, Status::failed);
    failed.cause = std::move(cause);
    submit(std::move(failed));
}

void MailboxWitness::ended(std::string_view why)
{
    const li::Cause cause{
        .layer = "connection", .code = std::string(why), .enhanced = {}, .text = {}};
    if (login_time_ != 0)
        finish();
    if ((login_time_ == 0 && !asking_) || targets().empty())
        return;
    li::Event last = asking_ ? event(What::login_attempt, Status::unknown)
                             : event(What::logout, Status::succeeded);
    last.session_end = asking_ ? 0 : last.time;
    last.cause = cause;
    submit(std::move(last));
}

std::span<const Target> MailboxWitness::targets()
{
    return watch_.targets(base::wall_microseconds());
}

li::Event MailboxWitness::event(What what, Status status) const
{
    Party party = scene_.party();
    li::Event event;
    event.protocol = protocol_;
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
    event.mechanism = mechanism_;
    event.user = by_.empty() ? mailbox_ : by_;
    event.mailbox = mailbox_;
    event.matched = mailbox_;
    return event;
}

void MailboxWitness::submit(li::Event event, const Content& content)
{
    const std::span<const Target> who = watch_.targets(event.time);
    if (!who.empty())
        tap_.submit(std::move(event), who,
                    content && !content->empty() ? content : nullptr);
}

std::shared_ptr<std::string> new_content(std::uint64_t expected)
{
    auto content = std::make_shared<std::string>();
    content->reserve(std::clamp<std::uint64_t>(expected, usual_size, large_size));
    return content;
}

void describe_mail(li::Event& event, std::string_view mail)
{
    li::MailView seen = li::view(mail);
    event.message_id = std::move(seen.message_id);
    event.sender = std::move(seen.sender);
    event.recipients = std::move(seen.recipients);
    event.total_recipients = static_cast<std::uint32_t>(event.recipients.size());
}

} // namespace tap
