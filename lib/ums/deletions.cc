// SPDX-License-Identifier: Apache-2.0
#include "ums/deletions.h"

#include "base/failure.h"
#include "base/log.h"
#include "delivery/control_client.h"
#include "net/event.h"
#include "spool/queue.h"

#include <optional>
#include <utility>

namespace ums {

namespace {

using base::Level;
using delivery::ControlAnswer;
using delivery::ControlRequest;

constexpr std::size_t most_waiting = 10'000; // sessions, more than there may be

void log_failed(const std::string& session, const std::string& user, std::string_view why)
{
    base::log(Level::error, "mail-not-deleted", session, {{"user", user}, {"error", why}});
}

std::vector<spool::MessageId> names_of(const std::vector<Mail>& mails)
{
    std::vector<spool::MessageId> names;
    for (const Mail& mail : mails)
        names.push_back(mail.known_as);
    return names;
}

} // namespace

Deletions::Deletions(net::Loop& loop, std::string spool, OnDelete how)
    : loop_(loop), socket_(spool::Queue::control_socket(spool)), hidden_(std::move(spool)),
      how_(how), worker_(1, most_waiting)
{
}

net::Task<bool> Deletions::carry_out(std::string user, std::vector<Mail> mails,
                                     std::string session)
{
    bool done = true;
    if (how_ == OnDelete::hide)
        done = co_await hide(std::move(user), std::move(mails), std::move(session));
    else if (how_ == OnDelete::withdraw)
        done = co_await withdraw(std::move(user), std::move(mails), std::move(session));
    co_return done;
}

net::Task<std::string> Deletions::add(std::string user, std::vector<spool::MessageId> ids)
{
    net::Promise<std::string> added(loop_);
    const bool placed = worker_.submit(
        [this, user = std::move(user), ids = std::move(ids), set = added.setter()] {
            std::string trouble;
            try {
                hidden_.add(user, ids);
            } catch (const std::exception& failure) {
                trouble = failure.what();
            }
            set(std::move(trouble));
        });
    if (!placed)
        co_return "too much waits for the disk";
    std::string trouble = co_await added.get();
    co_return trouble;
}

// On the disk: they are not shown again.
net::Task<bool> Deletions::remember(std::string user, std::vector<spool::MessageId> ids,
                                    std::string session)
{
    if (ids.empty())
        co_return true;
    const std::string trouble = co_await add(user, std::move(ids));
    if (!trouble.empty())
        log_failed(session, user, trouble);
    co_return trouble.empty();
}

net::Task<bool> Deletions::hide(std::string user, std::vector<Mail> mails,
                                std::string session)
{
    const bool remembered = co_await remember(user, names_of(mails), session);
    if (!remembered)
        co_return false;
    for (const Mail& mail : mails)
        base::log(Level::info, "mail-hidden", session,
                  {{"user", user}, {"id", mail.id.text()}});
    co_return true;
}

// One after the other: a user deletes few, and smtp-sendd answers at once.  What is known
// of the queue may be a moment old, so what is withdrawn is hidden, too.
net::Task<bool> Deletions::withdraw(std::string user, std::vector<Mail> mails,
                                    std::string session)
{
    bool all = true;
    std::vector<Mail> shared;
    std::vector<Mail> withdrawn;
    for (const Mail& mail : mails) {
        if (mail.shared || mail.recipients.empty()) {
            shared.push_back(mail);
            continue;
        }
        const std::expected<bool, std::string> done = co_await withdraw(mail);
        all = all && done.value_or(false);
        if (!done) { // nor would it do the others
            log_failed(session, user, done.error());
            break;
        }
        if (*done) {
            withdrawn.push_back(mail);
            base::log(Level::info, "mail-withdrawn", session,
                      {{"user", user}, {"id", mail.id.text()}});
        } else {
            log_failed(session, user, "it is being delivered, or has been");
        }
    }
    const bool hidden = co_await hide(user, shared, session);
    const bool remembered = co_await remember(user, names_of(withdrawn), session);
    co_return remembered&& hidden&& all;
}

net::Task<std::expected<bool, std::string>> Deletions::withdraw(Mail mail)
{
    ControlRequest request{.what = ControlRequest::What::withdraw,
                           .ids = {mail.id},
                           .domain = {},
                           .recipients = mail.recipients};
    const std::optional<ControlAnswer> answer =
        co_await delivery::ask_control(loop_, socket_, std::move(request));
    if (!answer)
        co_return std::unexpected("smtp-sendd does not answer");
    if (answer->what == ControlAnswer::What::error)
        co_return std::unexpected(answer->text);
    co_return answer->count == 1;
}

void Deletions::tidy(const Mailboxes& mailboxes)
{
    hidden_.prune([&](spool::MessageId id) { return mailboxes.has(id); });
}

} // namespace ums
