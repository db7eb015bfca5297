// SPDX-License-Identifier: Apache-2.0
#include "traffic_event.h"

#include "text/address_list.h"
#include "text/words.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>

namespace sponts {

namespace {

using std::string_view;

struct Wanted {
    string_view key;
    string_view written = {}; // no data: it was not there
};

Wanted* find(std::span<Wanted> wanted, string_view key)
{
    const auto found = std::ranges::find(wanted, key, &Wanted::key);
    return found == wanted.end() ? nullptr : &*found;
}

// `unless`: a key that says that this is another event of the same name.
Reading find_fields(base::LogLine line, std::span<Wanted> wanted, string_view unless = {})
{
    base::LogField field;
    base::Taken taken = base::take_field(line, field);
    for (; taken == base::Taken::field; taken = base::take_field(line, field)) {
        if (field.key == unless)
            return Reading::other;
        Wanted* const one = find(wanted, field.key);
        if (one != nullptr && one->written.data() == nullptr)
            one->written = field.written;
    }
    const bool whole =
        taken == base::Taken::end && std::ranges::all_of(wanted, [](const Wanted& one) {
            return one.written.data() != nullptr;
        });
    return whole ? Reading::traffic : Reading::damaged;
}

bool to_number(string_view written, std::uint64_t& number)
{
    const auto read = text::number_in<std::uint64_t>(written);
    number = read.value_or(0);
    return read.has_value();
}

bool to_text(const base::LogLine& line, string_view written, std::string& room,
             string_view& text)
{
    const auto value = base::log_value(line.format, written, room);
    text = value.value_or("");
    return value.has_value();
}

std::uint64_t count_addresses(string_view list)
{
    std::uint64_t count = 0;
    while (!list.empty()) {
        (void)text::take_address(list);
        ++count;
    }
    return count;
}

Reading whole(bool good)
{
    return good ? Reading::traffic : Reading::damaged;
}

} // namespace

Reading TrafficReader::read_accepted(const base::LogLine& line, TrafficEvent& event)
{
    event.kind = TrafficEvent::Kind::accepted;
    Wanted wanted[] = {{"login"}, {"size"}, {"sender"}, {"first"}};
    if (find_fields(line, wanted) != Reading::traffic)
        return Reading::damaged;
    return whole(to_text(line, wanted[0].written, rooms_[0], event.login) &&
                 to_number(wanted[1].written, event.size) &&
                 to_text(line, wanted[2].written, rooms_[1], event.sender));
}

// They are counted by the addresses they had here.
Reading TrafficReader::read_delivered(const base::LogLine& line, TrafficEvent& event)
{
    event.kind = TrafficEvent::Kind::delivered;
    Wanted wanted[] = {{"to"}, {"original"}, {"recipients"}, {"size"}, {"reply"}};
    if (find_fields(line, wanted) != Reading::traffic)
        return Reading::damaged;
    string_view original;
    if (!to_text(line, wanted[0].written, rooms_[0], event.to) ||
        !to_text(line, wanted[1].written, rooms_[1], original))
        return Reading::damaged;
    if (!original.empty())
        event.to = original;
    event.addresses = count_addresses(event.to);
    std::uint64_t recipients = 0;
    return whole(to_number(wanted[2].written, recipients) &&
                 to_number(wanted[3].written, event.size) && recipients == event.addresses);
}

Reading TrafficReader::read_session(const base::LogLine& line, TrafficEvent& event)
{
    event.kind = TrafficEvent::Kind::session;
    Wanted wanted[] = {{"user"}, {"up"}, {"down"}, {"reason"}};
    const Reading found = find_fields(line, wanted, "helo"); // that of SMTP
    if (found != Reading::traffic)
        return found;
    return whole(to_text(line, wanted[0].written, rooms_[0], event.login) &&
                 to_number(wanted[1].written, event.up) &&
                 to_number(wanted[2].written, event.down));
}

Reading TrafficReader::read(const base::LogLine& line, TrafficEvent& event)
{
    if (line.event == "message-accepted")
        return read_accepted(line, event);
    if (line.event == "delivered")
        return read_delivered(line, event);
    if (line.event == "session-ended")
        return read_session(line, event);
    return Reading::other;
}

} // namespace sponts
