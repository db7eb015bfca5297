// SPDX-License-Identifier: Apache-2.0
// One message of many: the lines of mailq.  JSON is in print_json.cc, "show" in
// print_all.cc.
#include "print.h"

#include "text/visible.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace queuectl {

namespace {

constexpr std::size_t size_width = 9;
constexpr std::size_t recipient_indent = 45;
constexpr std::size_t line_width = 78;
constexpr std::int64_t quarter_of_an_hour = 900;

char mark(const Item& item)
{
    if (item.active)
        return '*';
    return item.entry.held() ? '!' : ' ';
}

void append_right(std::string& out, std::uint64_t number, std::size_t width)
{
    std::array<char, 20> digits;
    const char* const end =
        std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    const auto size = static_cast<std::size_t>(end - digits.data());
    out.append(width - std::min(width, size), ' ').append(digits.data(), size);
}

void append_reason(std::string& out, std::string_view reason)
{
    const std::size_t size = reason.size() + 2;
    out.append(line_width - std::min(line_width, size), ' ');
    out += '(';
    text::append_visible(out, reason);
    out += ")\n";
}

void put_two_digits(char* at, std::int64_t number)
{
    at[0] = static_cast<char>('0' + number / 10);
    at[1] = static_cast<char>('0' + number % 10);
}

// "Sat Nov 21 22:10:04" in the local zone.
std::string local_time(std::int64_t seconds)
{
    const std::time_t time = seconds;
    std::tm local{};
    ::localtime_r(&time, &local);
    std::array<char, 32> text;
    return {text.data(),
            std::strftime(text.data(), text.size(), "%a %b %e %H:%M:%S", &local)};
}

} // namespace

std::uint32_t recipients(const Item& item)
{
    return static_cast<std::uint32_t>(
        std::min<std::size_t>(item.entry.recipients(), item.envelope.recipients.size()));
}

std::string_view queue_name(const Item& item)
{
    if (item.active)
        return "active";
    if (item.entry.held())
        return "hold";
    return item.entry.attempts() == 0 ? "incoming" : "deferred";
}

std::string_view reason_of(const Item& item, std::uint32_t recipient)
{
    const std::string_view own = item.view.text(item.entry.reason(recipient));
    if (item.entry.held() || own.empty())
        return item.view.text(item.entry.reason());
    return own;
}

std::string_view MailqPrinter::header()
{
    return "-Queue ID-----  --Size-- ---Arrival Time---- -Sender/Recipient------\n";
}

// Zones change at the full quarter of an hour, so within one only the last digits differ.
void MailqPrinter::append_time(std::string& out, std::int64_t seconds)
{
    const std::int64_t quarter = seconds / quarter_of_an_hour;
    if (quarter != quarter_) {
        text_ = local_time(quarter * quarter_of_an_hour);
        quarter_ = quarter;
    }
    const std::int64_t past = seconds - quarter * quarter_of_an_hour;
    const char* const begun = text_.data() + text_.size() - 5; // "45:00"
    const std::int64_t minutes = 10 * (begun[0] - '0') + (begun[1] - '0');
    out += text_;
    put_two_digits(out.data() + out.size() - 5, minutes + past / 60);
    put_two_digits(out.data() + out.size() - 2, past % 60);
}

void MailqPrinter::append(std::string& out, const Item& item)
{
    out.append(item.entry.id().text()).append(1, mark(item)).append(1, ' ');
    append_right(out, item.entry.size(), size_width);
    out += ' ';
    append_time(out, item.entry.arrival());
    out += ' ';
    text::append_visible(out, item.envelope.sender.empty() ? "MAILER-DAEMON"
                                                           : item.envelope.sender);
    out += '\n';
    std::string_view shown;
    for (std::uint32_t i = 0; i < recipients(item); ++i) {
        if (!item.entry.waits(i))
            continue;
        const std::string_view reason = reason_of(item, i);
        if (reason != shown)
            append_reason(out, reason);
        shown = reason;
        out.append(recipient_indent, ' ');
        text::append_visible(out, item.envelope.recipients[i].address);
        out += '\n';
    }
}

std::string MailqPrinter::total(std::uint64_t bytes, std::uint64_t messages)
{
    if (messages == 0)
        return "Mail queue is empty\n";
    return "-- " + std::to_string((bytes + 1023) / 1024) + " Kbytes in " +
           std::to_string(messages) + (messages == 1 ? " Request.\n" : " Requests.\n");
}

} // namespace queuectl
