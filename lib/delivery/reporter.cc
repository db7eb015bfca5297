// SPDX-License-Identifier: Apache-2.0
// delivery/reporter.cc - see reporter.h.
#include "delivery/reporter.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/event.h"
#include "spool/uidl.h"
#include "text/lines.h"

#include <algorithm>
#include <utility>

namespace delivery {

namespace {

constexpr std::uint64_t most_header = 64u << 10; // given back

std::string status_text(const Settled& settled, smtp::Action action)
{
    smtp::EnhancedStatus status = settled.status;
    const int kind = action == smtp::Action::failed    ? 5
                     : action == smtp::Action::delayed ? 4
                                                       : 2;
    if (status.kind != kind && !(action == smtp::Action::failed && status.kind == 4))
        status = {kind, 0, 0};
    if (action == smtp::Action::failed && settled.state != spool::RecipientState::expired)
        status.kind = 5;
    return status.text();
}

spool::Origin origin_of(smtp::Action action)
{
    switch (action) {
    case smtp::Action::failed:
        return spool::Origin::bounce;
    case smtp::Action::delayed:
        return spool::Origin::delay_notice;
    case smtp::Action::delivered:
    case smtp::Action::relayed:
        break;
    }
    return spool::Origin::success_notice;
}

bool only_headers(const spool::Envelope& envelope, smtp::Action action)
{
    return action != smtp::Action::failed || envelope.ret == spool::Ret::headers ||
           envelope.body == spool::Body::binary_mime;
}

} // namespace

bool wants_report(const spool::Recipient& recipient, smtp::Action action)
{
    const std::uint8_t notify = recipient.notify;
    switch (action) {
    case smtp::Action::failed:
        return notify == spool::notify_default || (notify & spool::notify_failure) != 0;
    case smtp::Action::delayed:
        return notify == spool::notify_default || (notify & spool::notify_delay) != 0;
    case smtp::Action::delivered:
    case smtp::Action::relayed:
        return (notify & spool::notify_success) != 0;
    }
    return false;
}

Reporter::Reporter(net::Loop& loop, spool::Writer& writer, MessageSource& source,
                   ReportOptions options)
    : loop_(loop), writer_(writer), source_(source), options_(std::move(options))
{
}

// Empty: nobody is told.
std::string Reporter::receiver_of(const Attempt& attempt, smtp::Action action) const
{
    const spool::Envelope& envelope = attempt.envelope();
    if (!envelope.sender.empty())
        return envelope.sender;
    if (action != smtp::Action::failed || !options_.double_bounce_to_postmaster)
        return {};
    // Perhaps the postmaster's own report, sent on by a row of the addresses: it came back,
    // and would for ever.
    if (envelope.origin == spool::Origin::forward)
        return {};
    const bool already = std::any_of(
        envelope.recipients.begin(), envelope.recipients.end(), [&](const auto& recipient) {
            return text::equal_ignoring_case(recipient.address, options_.postmaster);
        });
    return already ? std::string() : options_.postmaster;
}

smtp::Report Reporter::describe(const Attempt& attempt, smtp::Action action,
                                const std::vector<Settled>& recipients,
                                std::int64_t retry_until) const
{
    const spool::Envelope& envelope = attempt.envelope();
    const std::int64_t now = base::wall_seconds();
    smtp::Report out;
    out.host = options_.hostname;
    out.from = "MAILER-DAEMON@" + options_.hostname;
    out.message_id = attempt.id.text() + "." + std::to_string(base::wall_microseconds()) +
                     "@" + options_.hostname;
    // "=_" occurs in no quoted-printable text.
    out.boundary =
        "=_" + attempt.id.text() + "." + std::to_string(base::wall_microseconds());
    out.date = base::rfc5322_date(now);
    out.arrival = base::rfc5322_date(envelope.arrival / 1000000);
    out.last_attempt = out.date;
    if (retry_until > 0)
        out.retry_until = base::rfc5322_date(retry_until);
    out.queue_id = attempt.id.text();
    out.envid = envelope.envid;
    out.eight_bit = envelope.body != spool::Body::seven_bit;
    out.utf8 = envelope.smtputf8;
    for (const Settled& one : recipients) {
        const spool::Recipient& recipient = envelope.recipients[one.recipient];
        const smtp::Action own = one.relayed ? smtp::Action::relayed : action;
        const std::string words = one.diagnostic.empty() ? one.reason : one.diagnostic;
        out.recipients.push_back({recipient.address, recipient.orcpt, own,
                                  status_text(one, own), one.host, words});
    }
    return out;
}

std::string Reporter::returned_text(Attempt& attempt, smtp::Action action,
                                    smtp::Report& report)
{
    const auto message = source_.open(attempt);
    if (!message)
        return {};
    const bool headers =
        only_headers(attempt.envelope(), action) || message->size > options_.returned_size;
    report.returned = headers ? smtp::Returned::headers : smtp::Returned::full;
    const std::uint64_t size =
        headers ? std::min(message->size, most_header) : message->size;
    std::string text = source_.read(*message, 0, size);
    if (headers)
        text.resize(smtp::header_of(text).size());
    report.eight_bit |= !text::is_ascii(text);
    return text;
}

spool::Envelope Reporter::envelope_of(const Attempt& attempt, const smtp::Report& report,
                                      smtp::Action action) const
{
    spool::Envelope out;
    out.arrival = base::wall_microseconds();
    out.recipients = {{report.to, spool::notify_default, {}}};
    out.body = report.eight_bit || report.utf8 ? spool::Body::eight_bit_mime
                                               : spool::Body::seven_bit;
    out.smtputf8 = report.utf8;
    out.origin = origin_of(action);
    out.parent = attempt.id;
    out.concerns = spool::concerned_domains(attempt.envelope()); // it gives back parts
    out.dot_lines = true; // our own part may have such lines, whatever the original has
    return out;
}

// Keeps nothing: what waits for the disk is within the writer's bounds.
std::string Reporter::write(Attempt& attempt, smtp::Action action, smtp::Report report,
                            bool uidl, spool::CommitDone done)
{
    const std::string returned = returned_text(attempt, action, report);
    const std::string head = smtp::report_head(report);
    const std::string tail = smtp::report_tail(report, !returned.ends_with("\r\n"));
    spool::Draft draft = writer_.begin();
    if (uidl) {
        draft.append(spool::uidl_field);
        draft.append_id();
        draft.append("\r\n");
    }
    draft.append(head);
    draft.append(returned);
    draft.append(tail);
    writer_.commit(std::move(draft), envelope_of(attempt, report, action), std::move(done));
    const bool wanted = witness_ != nullptr && witness_->wants(report.to);
    return wanted ? head + returned + tail : std::string();
}

net::Task<bool> Reporter::report(AttemptPtr attempt, smtp::Action action,
                                 std::vector<Settled> recipients, std::int64_t retry_until)
{
    std::erase_if(recipients, [&](const Settled& one) {
        return !wants_report(attempt->envelope().recipients[one.recipient], action);
    });
    if (recipients.empty())
        co_return true;
    const std::string to = receiver_of(*attempt, action);
    if (to.empty()) {
        if (action == smtp::Action::failed)
            base::log(base::Level::notice, "bounce-dropped", attempt->id.text(),
                      {{"reason", recipients.front().reason}});
        co_return true;
    }
    std::string text;
    const bool uidl = options_.uidl; // they may change while we wait
    spool::CommitResult result =
        std::unexpected(base::Failure(base::Remedy::check_disk, "report not written"));
    try {
        smtp::Report report = describe(*attempt, action, recipients, retry_until);
        report.to = to;
        net::Promise<spool::CommitResult> done(loop_);
        text = write(*attempt, action, std::move(report), uidl, done.setter());
        result = co_await done.get();
    } catch (const base::Failure& failure) {
        result = std::unexpected(failure);
    }
    if (!result) {
        base::log(base::Level::error, "report-failed", attempt->id.text(),
                  {{"reason", result.error().what()}});
        co_return false;
    }
    if (!text.empty())
        witness_->notice(attempt->envelope(), attempt->id.text(), to, result->id.text(),
                         uidl ? spool::uidl_line(result->id) + text : text);
    base::log(base::Level::info, "report", attempt->id.text(),
              {{"action", smtp::to_string(action)},
               {"to", to},
               {"as", result->id.text()},
               {"recipients", recipients.size()}});
    co_return true;
}

} // namespace delivery
