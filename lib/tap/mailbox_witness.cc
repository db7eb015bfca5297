// SPDX-License-Identifier: Apache-2.0
#include "tap/mailbox_witness.h"

#include "base/clock.h"
#include "li/mail_view.h"

#include <algorithm>
#include <utility>

namespace tap {

using li::Status;
using li::What;

namespace {

// What a mail that passes says of itself, as far as the octets go.
void describe_mail(li::Event& event, const Gathered& mail)
{
    std::string room;
    li::MailView seen = li::view(mail.header(room));
    event.message_id = std::move(seen.message_id);
    event.sender = std::move(seen.sender);
    event.recipients = std::move(seen.recipients);
    event.total_recipients = static_cast<std::uint32_t>(event.recipients.size());
}

} // namespace

MailboxWitness::MailboxWitness(Tap& tap, const MailboxScene& scene, li::Protocol protocol,
                               std::string_view session)
    : tap_(tap), scene_(scene), protocol_(protocol), session_(session)
{
}

void MailboxWitness::login_began(std::string_view mailbox, std::string_view by,
                                 std::string_view mechanism)
{
    catch_up(); // of whoever was named before
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
    login_time_ = now();
    submit_later(event(What::login, Status::succeeded, login_time_));
}

void MailboxWitness::login_failed(li::Cause cause)
{
    asking_ = false;
    li::Event failed = event(What::login_failed, Status::failed);
    failed.cause = std::move(cause);
    submit_later(std::move(failed));
}

// Whether it concerns anybody is found out then: until there is an answer the same is done
// for everybody.
void MailboxWitness::submit_later(li::Event event)
{
    later([this, event = std::move(event)]() mutable { submit(std::move(event)); });
}

void MailboxWitness::ended(std::string_view why)
{
    const li::Cause cause{
        .layer = "connection", .code = std::string(why), .enhanced = {}, .text = {}};
    catch_up();
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

std::span<const Target> MailboxWitness::targets(std::int64_t time)
{
    return watch_.targets(time);
}

li::Event MailboxWitness::event(What what, Status status, std::int64_t time) const
{
    Party party = scene_.party();
    li::Event event;
    event.protocol = protocol_;
    event.what = what;
    event.status = status;
    event.time = time;
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
    if (party.compressed)
        event.features.emplace_back("COMPRESS", "DEFLATE");
    return event;
}

li::Cause MailboxWitness::cut_off()
{
    return {.layer = "connection", .code = "cut", .enhanced = {}, .text = {}};
}

std::int64_t MailboxWitness::now()
{
    return base::wall_microseconds();
}

void MailboxWitness::submit(li::Event event)
{
    const std::span<const Target> who = watch_.targets(event.time);
    if (who.empty())
        return;
    event.matched = watch_.matched();
    tap_.submit(std::move(event), who);
}

void MailboxWitness::submit(li::Event event, const Passed& passed)
{
    const std::span<const Target> who = watch_.targets(event.time);
    if (who.empty())
        return;
    event.matched = watch_.matched();
    std::vector<Target> all(who.begin(), who.end());
    const auto late = std::ranges::partition(all, [&](const Target& target) {
        return passed.content && target.covers(passed.began);
    });
    if (!late.empty()) {
        li::Event bare = event;
        bare.direction = li::Direction::none;
        bare.features.emplace_back("content", "began before the measure");
        tap_.submit(std::move(bare), std::vector<Target>(late.begin(), late.end()));
    }
    all.erase(late.begin(), late.end());
    if (all.empty())
        return;
    if (passed.header)
        describe_mail(event, *passed.content);
    if (event.size == 0)
        event.size = passed.size;
    if (passed.content->empty())
        event.direction = li::Direction::none;
    tap_.submit(std::move(event), all, passed.content->empty() ? nullptr : passed.content);
}

} // namespace tap
