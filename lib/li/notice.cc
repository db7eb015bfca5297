// SPDX-License-Identifier: Apache-2.0
#include "li/notice.h"

#include "etsi/fit.h"
#include "etsi/pdu.h"
#include "li/life.h"

#include <algorithm>

namespace li {

namespace {

etsi::MicroTime micro(Time time)
{
    return etsi::MicroTime::from_microseconds(static_cast<std::uint64_t>(time));
}

etsi::Hi1Time hi1_time(Time time)
{
    etsi::Hi1Time out;
    out.time = micro(time);
    const bool summer = official(time).ends_with("+02:00");
    out.offset_minutes = summer ? 120 : 60;
    out.season = summer ? etsi::Season::summer : etsi::Season::winter;
    return out;
}

// The identities, as many as there is room for.
std::string target_information(const Measure& measure)
{
    std::string out;
    for (const Identity& identity : measure.identities) {
        const std::size_t more = identity.entered.size() + (out.empty() ? 0 : 2);
        if (out.size() + more > etsi::most_target_information)
            break;
        out += (out.empty() ? "" : ", ") + identity.entered;
    }
    return out;
}

Time time_of(const Occasion& occasion, const Measure& measure, Time now)
{
    switch (occasion.notice) {
    case Notice::set_up:
        return occasion.effective;
    case Notice::end:
        return actual_end(measure);
    case Notice::change:
        if (occasion.changed != 0)
            return occasion.changed;
        return last_change(measure, now) != 0 ? last_change(measure, now) : now;
    case Notice::disturbance:
        break;
    }
    return now;
}

etsi::Hi1Kind hi1_kind(Notice notice)
{
    switch (notice) {
    case Notice::set_up:
        return etsi::Hi1Kind::activated;
    case Notice::end:
        return etsi::Hi1Kind::deactivated;
    case Notice::change:
    case Notice::disturbance:
        break;
    }
    return etsi::Hi1Kind::modified;
}

// When it ends is what an authority needs most: where there is little room, the rest of the
// words gives way.
std::string alarm_text(const Disturbance& disturbance)
{
    std::string end;
    if (disturbance.recovered != 0)
        end = ", behoben " + official(disturbance.recovered);
    else if (disturbance.expected_end != 0)
        end = ", voraussichtlich bis " + official(disturbance.expected_end);
    const std::string text = disturbance.kind + ": " + disturbance.effect;
    return std::string(
               etsi::fitting_octets(text, etsi::most_alarm_information - end.size())) +
           end;
}

// The HI1 module takes five octets of it only.
std::string short_operator(const std::string& operator_id)
{
    return operator_id.substr(0, etsi::most_hi1_operator);
}

etsi::Hi1Operation operation(const Occasion& occasion, const Measure& measure,
                             const Sender& sender, Time now)
{
    if (occasion.notice == Notice::disturbance) {
        etsi::AlarmIndicator alarm;
        alarm.operator_id = short_operator(sender.operator_id);
        alarm.time = hi1_time(occasion.disturbance.begin);
        alarm.alarm_information = alarm_text(occasion.disturbance);
        alarm.liid = measure.reference;
        return alarm;
    }
    etsi::Hi1Notification note;
    note.kind = hi1_kind(occasion.notice);
    note.liid = measure.reference;
    note.operator_id = short_operator(sender.operator_id);
    note.time = hi1_time(time_of(occasion, measure, now));
    note.target_information = target_information(measure);
    return note;
}

const std::string& first_of(const std::string& own, const std::string& general)
{
    return own.empty() ? general : own;
}

// The last extension, if its original did not come in time while the measure ran on.
std::optional<Change> lapse_of(const Measure& measure, Time now)
{
    if (extended_from(measure, now) == ordered_end(measure))
        return std::nullopt;
    const Order& order = measure.orders.back();
    const Time time = order.received + advance_copy;
    if (time >= actual_end(measure))
        return std::nullopt;
    return Change{.kind = ChangeKind::lapse,
                  .time = time,
                  .old_end = order.end,
                  .new_end = end_of(measure),
                  .court = order.court,
                  .file_number = order.file_number};
}

bool is_earlier(const Change& one, const Change& other)
{
    return one.time < other.time;
}

} // namespace

Time actual_end(const Measure& measure)
{
    return measure.life.ended != 0 ? measure.life.ended : end_of(measure);
}

std::vector<Change> changes_after(const Measure& measure, Time time, Time now)
{
    std::vector<Change> found = measure.life.changes;
    if (const auto lapse = lapse_of(measure, now))
        found.insert(std::ranges::upper_bound(found, *lapse, is_earlier), *lapse);
    std::erase_if(found, [&](const Change& change) { return change.time <= time; });
    return found;
}

Time last_change(const Measure& measure, Time now)
{
    const auto lapse = lapse_of(measure, now);
    return std::max(measure.life.changed, lapse ? lapse->time : 0);
}

std::vector<Change> untold_changes(const Measure& measure, Time now)
{
    const Life& life = measure.life;
    std::vector<Change> found =
        changes_after(measure, std::max(life.activated, life.told_change), now);
    return found.empty() ? changes_after(measure, 0, now) : found;
}

bool change_is_told(const Measure& measure, Time now)
{
    const Time told = measure.life.told_change;
    return told != 0 && last_change(measure, now) <= told;
}

std::optional<std::string> nothing_to_tell(Notice notice, const Measure& measure, Time now)
{
    const State state = state_at(measure, now);
    const bool over = state == State::expired || state == State::cancelled;
    if (measure.life.forgotten != 0)
        return "the order of the measure is destroyed";
    if (measure.life.activated == 0)
        return "the measure was never activated";
    if (notice == Notice::end && !over)
        return "the measure has not ended";
    if (notice == Notice::change && measure.life.changed == 0)
        return "nothing was changed";
    return std::nullopt;
}

std::expected<std::string, std::string> notice_pdu(const Occasion& occasion,
                                                   const Measure& measure,
                                                   const Sender& sender,
                                                   std::uint32_t sequence, Time now)
{
    if (occasion.notice == Notice::set_up && occasion.effective == 0)
        return std::unexpected("the measure has not taken effect yet");
    etsi::PsHeader header;
    header.version = measure.header_version;
    header.liid = measure.reference;
    header.authorization_country = first_of(measure.country_authorisation, sender.country);
    header.operator_id = first_of(measure.operator_id, sender.operator_id);
    header.network_element = first_of(measure.network_element, sender.network_element);
    header.delivery_country = first_of(measure.country_delivery, sender.country);
    header.sequence_number = sequence;
    header.interception_point =
        first_of(measure.interception_point, sender.interception_point);
    header.time = micro(now);
    header.qualifier = etsi::TimeQualifier::mediation;
    auto bytes = etsi::encode({header, operation(occasion, measure, sender, now)});
    if (!bytes)
        return std::unexpected(bytes.error().text());
    return *std::move(bytes);
}

} // namespace li
