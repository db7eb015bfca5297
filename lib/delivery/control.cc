// SPDX-License-Identifier: Apache-2.0
#include "delivery/control.h"

#include "base/clock.h"
#include "delivery/marks.h"
#include "text/words.h"

#include <algorithm>
#include <array>

namespace delivery {

namespace {

using Request = ControlRequest::What;
using Answer = ControlAnswer::What;

constexpr std::size_t parts_at_once = 4; // of 4096 messages

// In the order of the enumerations.
constexpr std::array<std::string_view, 10> request_words = {
    "hold",   "release", "retry",  "requeue",  "delete",
    "expire", "etrn",    "active", "withdraw", "wake"};
static_assert(request_words.size() == static_cast<std::size_t>(Request::wake) + 1);
constexpr std::array<std::string_view, 6> answer_words = {"ok",     "unknown", "held",
                                                          "active", "end",     "error"};
static_assert(answer_words.size() == static_cast<std::size_t>(Answer::error) + 1);

template <std::size_t size>
std::optional<std::size_t> place(const std::array<std::string_view, size>& words,
                                 std::string_view word)
{
    const auto found = std::ranges::find(words, word);
    if (found == words.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - words.begin());
}

bool plain_domain(std::string_view domain)
{
    return !domain.empty() && domain.size() <= 255 &&
           std::ranges::all_of(domain,
                               [](unsigned char c) { return c > 0x20 && c != 0x7f; });
}

std::string lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

std::expected<ControlRequest, std::string> parse_ids(ControlRequest request,
                                                     std::string_view rest)
{
    while (!rest.empty()) {
        const std::string_view word = text::take_word(rest);
        const auto id = spool::MessageId::parse(word);
        if (!id)
            return std::unexpected("not a queue id");
        if (request.ids.size() == max_control_ids)
            return std::unexpected("too many queue ids in one request");
        request.ids.push_back(*id);
    }
    if (request.ids.empty())
        return std::unexpected("no queue id");
    return request;
}

std::expected<ControlRequest, std::string> parse_withdrawal(ControlRequest request,
                                                            std::string_view rest)
{
    const auto id = spool::MessageId::parse(text::take_word(rest));
    if (!id)
        return std::unexpected("not a queue id");
    request.ids.push_back(*id);
    while (!rest.empty()) {
        const auto index = text::number_in<std::uint32_t>(text::take_word(rest));
        if (!index)
            return std::unexpected("not the number of a recipient");
        if (request.recipients.size() == max_control_ids)
            return std::unexpected("too many recipients in one request");
        request.recipients.push_back(*index);
    }
    if (request.recipients.empty())
        return std::unexpected("no recipient");
    return request;
}

class Applier {
public:
    Applier(spool::Queue& queue, const ControlHooks& hooks) : queue_(queue), hooks_(hooks)
    {
    }

    Answer withdraw(const ControlRequest& request)
    {
        const spool::MessageId id = request.ids.front();
        const spool::Entry* const entry = queue_.find(id);
        if (entry == nullptr)
            return Answer::unknown;
        if (hooks_.active && hooks_.active(id))
            return Answer::active;
        const spool::Location where = entry->where();
        const auto withdrawn = queue_.withdraw(id, request.recipients);
        if (!withdrawn.empty() && hooks_.withdrawn)
            hooks_.withdrawn(id, where, withdrawn);
        if (hooks_.changed)
            hooks_.changed(id);
        return withdrawn.empty() ? Answer::unknown : Answer::ok;
    }

    Answer apply(Request what, spool::MessageId id)
    {
        const spool::Entry* const entry = queue_.find(id);
        if (entry == nullptr)
            return Answer::unknown;
        const bool all_anew = what == Request::release && partly_held_back(queue_, *entry);
        const bool removes = what == Request::requeue || what == Request::remove ||
                             what == Request::expire || all_anew;
        if (removes && hooks_.active && hooks_.active(id))
            return Answer::active;
        const bool spares_held = what == Request::hold || what == Request::retry ||
                                 what == Request::etrn || what == Request::wake;
        if (spares_held && entry->held())
            return Answer::held;
        change(all_anew ? Request::requeue : what, id);
        if (hooks_.changed)
            hooks_.changed(id);
        return Answer::ok;
    }

private:
    void change(Request what, spool::MessageId id)
    {
        switch (what) {
        case Request::hold:
            queue_.hold(id, spool::Hold::by_operator, "held by an operator");
            return;
        case Request::release:
            remember_release(id);
            queue_.release(id);
            return;
        case Request::retry:
        case Request::etrn:
        case Request::wake:
            queue_.retry_at(id, 0);
            return;
        case Request::requeue:
            remember_release(id);
            queue_.requeue(id);
            return;
        case Request::remove:
            queue_.remove(id);
            if (hooks_.removed)
                hooks_.removed(id);
            return;
        case Request::expire:
            queue_.expire(id);
            return;
        case Request::active:
        case Request::withdraw:
            return;
        }
    }

    // Why ever it was held: its domain may be on hold as well, and is not asked again.  Nor
    // is anybody held back any more, whatever is noted of the others first.  Whoever dies
    // in between leaves it held.
    void remember_release(spool::MessageId id)
    {
        const spool::Entry* const entry = queue_.find(id);
        const std::string why(queue_.text(entry->reason()));
        std::vector<spool::Outcome> let_go;
        for (const std::uint32_t i : waiting(*entry))
            if (const auto reason = queue_.text(entry->reason(i)); is_held_back(reason))
                let_go.push_back({i, spool::RecipientState::waiting,
                                  without_held_back(std::string(reason))});
        queue_.restate(id, let_go);
        if (entry->held())
            queue_.hold(id, entry->hold(), marked_released(why));
    }

    spool::Queue& queue_;
    const ControlHooks& hooks_;
};

bool waits_for(const spool::Entry& entry, spool::TextNumber domain)
{
    for (std::uint32_t i = 0; i < entry.recipients(); ++i)
        if (entry.waits(i) && entry.domain(i) == domain)
            return true;
    return false;
}

} // namespace

std::expected<ControlRequest, std::string> parse_request(std::string_view line)
{
    if (line.size() > max_control_line)
        return std::unexpected("the request is too long");
    const std::string_view whole = line;
    const auto what = place(request_words, text::take_word(line));
    if (!what)
        return std::unexpected("not a request");
    ControlRequest request{.what = static_cast<Request>(*what), .ids = {}, .domain = {}};
    switch (request.what) {
    case Request::active:
        if (!line.empty())
            return std::unexpected("nothing may follow");
        return request;
    case Request::etrn:
        if (!plain_domain(line))
            return std::unexpected("not a domain");
        request.domain = lower(line);
        return request;
    case Request::withdraw:
        return parse_withdrawal(std::move(request), line);
    case Request::wake:
        if (const auto woken = parse_wake(whole))
            request.woken = *woken;
        else
            return std::unexpected("not a host");
        return request;
    case Request::hold:
    case Request::release:
    case Request::retry:
    case Request::requeue:
    case Request::remove:
    case Request::expire:
        break;
    }
    return parse_ids(std::move(request), line);
}

std::string format_request(const ControlRequest& request)
{
    std::string line(request_words[static_cast<std::size_t>(request.what)]);
    if (request.what == Request::etrn)
        line += ' ' + request.domain;
    if (request.what == Request::wake)
        line += ' ' + request.woken.host + ' ' + request.woken.ip;
    for (const spool::MessageId id : request.ids)
        line += ' ' + id.text();
    for (const std::uint32_t index : request.recipients)
        line += ' ' + std::to_string(index);
    return line;
}

std::optional<ControlAnswer> parse_answer(std::string_view line)
{
    ControlAnswer answer;
    const std::string_view first = text::take_word(line);
    if (first == "end") {
        answer.what = Answer::end;
        const auto count = text::number_in<decltype(answer.count)>(line);
        if (!count)
            return std::nullopt;
        answer.count = *count;
        return answer;
    }
    if (first == "error") {
        answer.text = line;
        return answer;
    }
    const auto id = spool::MessageId::parse(first);
    const auto what = place(answer_words, line);
    if (!id || !what || *what >= static_cast<std::size_t>(Answer::end))
        return std::nullopt;
    answer.id = *id;
    answer.what = static_cast<Answer>(*what);
    return answer;
}

void append_answer(std::string& lines, const ControlAnswer& answer)
{
    const std::string_view word = answer_words[static_cast<std::size_t>(answer.what)];
    if (answer.what == Answer::end)
        lines += "end " + std::to_string(answer.count);
    else if (answer.what == Answer::error)
        lines += "error " + answer.text;
    else
        lines.append(answer.id.text()).append(" ").append(word);
    lines += '\n';
}

ControlWork::ControlWork(std::string_view line, spool::Queue& queue,
                         const ControlHooks& hooks)
    : queue_(queue), hooks_(hooks)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    auto request = parse_request(line);
    done_ = !request;
    if (request)
        begin(std::move(*request));
    else
        append_answer(lines_, {.what = Answer::error, .text = request.error()});
}

ControlWork::ControlWork(ControlRequest request, spool::Queue& queue,
                         const ControlHooks& hooks)
    : queue_(queue), hooks_(hooks)
{
    begin(std::move(request));
}

void ControlWork::begin(ControlRequest request)
{
    request_ = std::move(request);
    if (request_.what == Request::active)
        list_active();
    else if (request_.what == Request::etrn ||
             (request_.what == Request::wake && request_.woken.all))
        parts_ = queue_.parts();
    if (request_.what == Request::wake && hooks_.woken)
        hooks_.woken(request_.woken);
}

void ControlWork::list_active()
{
    if (!hooks_.all_active)
        return;
    for (const spool::MessageId id : hooks_.all_active()) {
        append_answer(lines_, {.what = Answer::active, .id = id});
        ++count_;
    }
}

// RFC 1985: what waits for this domain is tried now.  Of a host, what has a time for its
// next attempt there: the others come when the first one has found the host well.
bool ControlWork::is_meant(const spool::Entry& entry, spool::TextNumber domain)
{
    if (entry.held())
        return false;
    if (request_.what == Request::etrn)
        return domain != 0 && waits_for(entry, domain);
    if (entry.waits_for_destination() || entry.next_attempt() <= base::wall_seconds())
        return false;
    const auto [found, first] = woken_.try_emplace(entry.destination(), false);
    if (first)
        found->second = leads_to(queue_.text(entry.destination()), request_.woken);
    return found->second;
}

// Held mail stays.
void ControlWork::look_through_queue()
{
    const spool::TextNumber domain = queue_.number(request_.domain);
    const std::size_t end = std::min(parts_, next_part_ + parts_at_once);
    woken_.clear(); // numbers may mean something else by now
    for (; next_part_ < end; ++next_part_)
        queue_.for_each_in(next_part_, [&](const spool::Entry& entry) {
            if (is_meant(entry, domain))
                request_.ids.push_back(entry.id());
        });
}

void ControlWork::apply_some()
{
    const spool::Queue::Together together(queue_);
    Applier applier(queue_, hooks_);
    const std::size_t end = std::min(request_.ids.size(), next_ + max_control_ids);
    for (; next_ < end; ++next_) {
        const spool::MessageId id = request_.ids[next_];
        const Answer what = request_.what == Request::withdraw
                                ? applier.withdraw(request_)
                                : applier.apply(request_.what, id);
        // Whoever asks for a domain or a host is told how many, not which.
        if (request_.what != Request::etrn && request_.what != Request::wake)
            append_answer(lines_, {.what = what, .id = id});
        count_ += what == Answer::ok ? 1 : 0;
    }
}

bool ControlWork::step()
{
    if (done_)
        return false;
    if (next_part_ < parts_)
        look_through_queue();
    else
        apply_some();
    if (next_part_ < parts_ || next_ < request_.ids.size())
        return true;
    append_answer(lines_, {.what = Answer::end, .count = count_});
    done_ = true;
    return false;
}

namespace {

std::string answer_at_once(ControlWork work, spool::Queue& queue)
{
    const spool::Queue::Together together(queue);
    while (work.step()) {
    }
    return work.take_answer();
}

} // namespace

std::string answer_request(const ControlRequest& request, spool::Queue& queue,
                           const ControlHooks& hooks)
{
    return answer_at_once(ControlWork(request, queue, hooks), queue);
}

std::string answer_line(std::string_view line, spool::Queue& queue,
                        const ControlHooks& hooks)
{
    return answer_at_once(ControlWork(line, queue, hooks), queue);
}

} // namespace delivery
