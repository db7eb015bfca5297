// SPDX-License-Identifier: Apache-2.0
// tap/smtp_witness_login.cc - who speaks in an SMTP session: from the login to its end (S1
// to S3, S11).
#include "base/clock.h"
#include "tap/smtp_witness.h"

#include <utility>

namespace tap {

using li::Status;
using li::What;

void SmtpWitness::login_event(What what, Status status, const std::string& user,
                              std::string_view mechanism, li::Cause cause)
{
    li::Event event = scene_now();
    event.what = what;
    event.status = status;
    event.session = session_;
    event.user = user;
    event.mechanism = mechanism;
    event.cause = std::move(cause);
    tell_when_answered(std::move(event));
}

void SmtpWitness::tell_when_answered(li::Event event)
{
    agenda_.add([this, event = std::move(event)]() mutable {
        event.matched = li::canonical_login(event.user, tap_.rules());
        const auto targets = tap_.interested(std::span(&event.matched, 1), event.time);
        if (!targets.empty())
            tap_.submit(std::move(event), targets);
    });
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
        li::Cause cause = cause_of(reply);
        cause.layer = "protocol";
        login_event(What::login_failed, Status::failed, user, mechanism, std::move(cause));
        return;
    }
    login_name_ = user;
    login_ = li::canonical_login(user, tap_.rules());
    login_time_ = base::wall_microseconds();
    login_event(What::login, Status::succeeded, user, mechanism, {});
}

void SmtpWitness::logged_out(li::Event event, li::Cause cause)
{
    event.what = What::logout;
    event.status = Status::succeeded;
    event.time = base::wall_microseconds();
    event.user = login_name_;
    event.session_end = event.time;
    event.cause = std::move(cause);
    tell_when_answered(std::move(event));
}

// STARTTLS and XCLIENT make somebody else of the client.
void SmtpWitness::follow_login(std::string_view after)
{
    const std::string& name = scene_.dialogue().login();
    if (name == login_name_) {
        before_.reset();
        return;
    }
    if (const auto before = std::exchange(before_, nullptr); login_time_ != 0)
        logged_out(
            before ? *before : scene_now(),
            {.layer = "protocol", .code = std::string(after), .enhanced = {}, .text = {}});
    login_time_ = 0;
    login_name_ = name;
    login_ = name.empty() ? std::string() : li::canonical_login(name, tap_.rules());
}

} // namespace tap
