// SPDX-License-Identifier: Apache-2.0
// list, show, cat: what the log still has.
#include "list.h"

#include "base/clock.h"
#include "base/failure.h"
#include "command.h"
#include "journal.h"
#include "select.h"
#include "spool/queue.h"
#include "spool/read_whole.h"
#include "text/json.h"
#include "text/visible.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <optional>

namespace replayctl {

namespace {

constexpr std::size_t copy_block = 256u << 10;
constexpr std::int64_t second = 1'000'000;

std::string_view origin_word(spool::Origin origin)
{
    switch (origin) {
    case spool::Origin::client:
        return "client";
    case spool::Origin::bounce:
        return "bounce";
    case spool::Origin::delay_notice:
        return "delay-notice";
    case spool::Origin::success_notice:
        return "success-notice";
    case spool::Origin::forward:
        return "forward";
    case spool::Origin::replay:
        return "replay";
    }
    return "";
}

bool is_queued(const spool::QueueView& queue, const spool::Found& message)
{
    return queue.find(message.envelope.id) != nullptr;
}

std::string json_line(const spool::Found& message, bool queued)
{
    const spool::Envelope& envelope = message.envelope;
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("id", envelope.id.text())
        .member("arrival", envelope.arrival / second)
        .member("size", message.size)
        .member("sender", envelope.sender);
    json.key("recipients").begin_array();
    for (const spool::Recipient& recipient : envelope.recipients)
        json.value(recipient.address);
    json.end_array()
        .member("client", envelope.client.address)
        .member("login", envelope.client.login)
        .member("origin", origin_word(envelope.origin));
    if (envelope.parent != spool::MessageId())
        json.member("parent", envelope.parent.text());
    if (!envelope.route.empty())
        json.member("route", envelope.route);
    json.member("queued", queued).end_object();
    return out + '\n';
}

std::vector<std::string> recipients_of(const spool::Envelope& envelope)
{
    std::vector<std::string> recipients;
    for (const spool::Recipient& recipient : envelope.recipients)
        recipients.push_back(recipient.address);
    return recipients;
}

void add_line(std::string& text, std::string_view key, std::string_view value)
{
    if (!value.empty())
        text += fmt::format("{:<11}{}\n", fmt::format("{}:", key), text::visible(value));
}

std::string text_of_all(const spool::Found& message, const spool::QueueView& queue)
{
    const spool::Envelope& envelope = message.envelope;
    std::string text;
    add_line(text, "id", envelope.id.text());
    add_line(text, "arrival", base::rfc3339(envelope.arrival / second));
    add_line(text, "size", std::to_string(message.size));
    add_line(text, "origin", origin_word(envelope.origin));
    if (envelope.parent != spool::MessageId())
        add_line(text, "parent", envelope.parent.text());
    add_line(text, "route", envelope.route);
    add_line(text, "client", envelope.client.address);
    add_line(text, "login", envelope.client.login);
    add_line(text, "sender", '<' + envelope.sender + '>');
    const spool::Entry* const entry = queue.find(envelope.id);
    for (std::uint32_t i = 0; i < envelope.recipients.size(); ++i) {
        const bool waits = entry != nullptr && i < entry->recipients() && entry->waits(i);
        add_line(
            text, "recipient",
            fmt::format("<{}>{}", envelope.recipients[i].address, waits ? " waiting" : ""));
    }
    return text;
}

// What matches, in the order in which it is printed.
struct Selected {
    std::vector<spool::Found> found;
    int status; // of what was named, all must be there
};

Selected select_all(const std::string& spool, const Criteria& criteria,
                    Journal* journal = nullptr)
{
    Missing missing(criteria);
    std::vector<spool::Found> found =
        select(spool, criteria, {}, [&](const spool::Found& one) { missing.see(one); });
    if (journal != nullptr)
        journal->narrow(criteria, found);
    put_in_order(criteria, found);
    const bool complete = missing.complain() == 0 && !found.empty();
    return {std::move(found), complete ? exit_done : exit_no_match};
}

int complain(const spool::Found& one, std::string_view why, int status)
{
    std::cerr << "replayctl: " << one.envelope.id.text() << ": " << why << '\n';
    return status;
}

// The exit status: those behind it are printed all the same.
int print_bytes(spool::Reader& reader, const spool::Found& one)
{
    const auto message = reader.open(one.where);
    const bool gone = !message && message.error() == spool::ReadError::gone;
    if (!message && !gone)
        return complain(one, "cannot be read", static_cast<int>(base::Remedy::check_disk));
    if (gone || !spool::read_whole(*message, one.where, copy_block, print))
        return complain(one, "was erased meanwhile", exit_no_match);
    return exit_done;
}

} // namespace

std::string list_line(const spool::Found& message,
                      const std::vector<std::string>& recipients)
{
    const spool::Envelope& envelope = message.envelope;
    return fmt::format("{}  {}  {:>9}  <{}> -> {}\n", envelope.id.text(),
                       base::rfc3339(envelope.arrival / second), message.size,
                       text::visible(envelope.sender),
                       text::visible(fmt::format("{}", fmt::join(recipients, ", "))));
}

int list(const Call& call)
{
    const Place place = enter(call);
    const Criteria criteria = read_criteria(call);
    const spool::QueueView queue(place.spool);
    std::optional<Journal> journal;
    if (!criteria.of_journal.empty())
        journal.emplace(call, place, criteria.of_journal);
    const auto [found, status] =
        select_all(place.spool, criteria, journal ? &*journal : nullptr);
    std::string text;
    for (const spool::Found& one : found)
        if (call.has("json"))
            text += json_line(one, is_queued(queue, one));
        else
            text += call.has("ids") ? one.envelope.id.text() + '\n'
                                    : list_line(one, recipients_of(one.envelope));
    print(text);
    if (found.empty())
        explain_nothing(place);
    return status;
}

int show(const Call& call)
{
    const Place place = enter(call);
    const Criteria criteria = read_criteria(call);
    const spool::QueueView queue(place.spool);
    const auto [found, status] = select_all(place.spool, criteria);
    std::string text;
    for (const spool::Found& one : found) {
        if (call.has("json"))
            text += json_line(one, is_queued(queue, one));
        else
            text += (text.empty() ? "" : "\n") + text_of_all(one, queue);
    }
    print(text);
    return status;
}

int cat(const Call& call)
{
    const Place place = enter(call);
    const Criteria criteria = read_criteria(call);
    spool::Reader reader(place.spool);
    const auto [found, status] = select_all(place.spool, criteria);
    int worst = status;
    for (const spool::Found& one : found)
        worst = std::max(worst, print_bytes(reader, one));
    return worst;
}

} // namespace replayctl
