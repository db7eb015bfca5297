// SPDX-License-Identifier: Apache-2.0
// A line for each message or login.
#include "base/clock.h"
#include "print.h"
#include "result.h"
#include "text/visible.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>

namespace journalq {

namespace {

constexpr std::int64_t second = 1'000'000;

// The first that was searched for, or the one with the worst result.
const db::FiledRecipient* shown_recipient(const db::FiledMessage& filed,
                                          const Wanted& wanted)
{
    const auto is_wanted = [&](const std::string& address) {
        return std::ranges::find(wanted, address) != wanted.end();
    };
    for (const db::FiledRecipient& one : filed.recipients)
        if (is_wanted(one.result.address) || is_wanted(one.result.original))
            return &one;
    return worst_recipient(filed);
}

std::string_view sender_of(const db::FiledMessage& filed)
{
    return filed.message.sender.empty() ? "<>" : std::string_view(filed.message.sender);
}

void append_refusal(std::string& out, const db::FiledMessage& filed)
{
    out += fmt::format(" ({}{}{}", filed.code, filed.enhanced.empty() ? "" : " ",
                       text::visible(filed.enhanced));
    if (!filed.reason.empty())
        out += ' ' + text::visible(filed.reason);
    out += ") from " + text::visible(filed.message.peer.client);
}

} // namespace

std::string local_time(std::int64_t time)
{
    std::string text = base::rfc3339(time / second).substr(0, 19);
    text[10] = ' ';
    return text;
}

std::string utc_time(std::int64_t time)
{
    const std::time_t seconds = time / second;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                       utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                       time % second / 1000);
}

std::string delay_text(const db::FiledMessage& filed, const db::FiledRecipient& recipient)
{
    const std::optional<std::int64_t> delay = delay_of(filed, recipient);
    return delay ? fmt::format("{}.{:03}", *delay / 1000, *delay % 1000) : std::string();
}

Wanted wanted_by(const db::JournalCriteria& criteria, const db::JournalSearch& search)
{
    const std::string& address =
        criteria.recipient.empty() ? criteria.address : criteria.recipient;
    return address.empty() ? Wanted{} : search.forms_of(address);
}

void append_line(std::string& out, const db::FiledMessage& filed, const Wanted& wanted)
{
    const db::FiledRecipient* const shown = shown_recipient(filed, wanted);
    out += fmt::format("{} {:<13} {:<9} {:>9} ", local_time(filed.message.time),
                       filed.refused ? "-" : filed.message.id.text(),
                       shown != nullptr ? result_of(*shown) : worst_result(filed),
                       filed.message.size);
    text::append_visible(out, sender_of(filed));
    if (shown != nullptr) {
        out += " -> ";
        text::append_visible(out, shown->result.address);
        if (filed.recipients.size() > 1)
            out += fmt::format(" (+{})", filed.recipients.size() - 1);
    }
    if (filed.refused)
        append_refusal(out, filed);
    if (!filed.message.subject.empty()) {
        out += ": ";
        text::append_visible(out, filed.message.subject);
    }
    out += '\n';
}

void append_line(std::string& out, const db::FiledLogin& filed)
{
    const db::JournalLogin& login = filed.login;
    out +=
        fmt::format("{} {:<5} {:<11}", local_time(login.time), text::visible(login.service),
                    db::login_outcome_words[static_cast<std::size_t>(login.outcome)]);
    for (const std::string* word : {&login.peer.login, &login.peer.client, &login.mechanism,
                                    &login.peer.tls, &login.backend})
        out += ' ' + (word->empty() ? "-" : text::visible(*word));
    if (!login.reason.empty())
        out += ": " + text::visible(login.reason);
    out += '\n';
}

} // namespace journalq
