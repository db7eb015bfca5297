// SPDX-License-Identifier: Apache-2.0
// etsi/hi1.cc - notices and alarms: rules and encoding.
#include "etsi/hi1.h"

#include "etsi/header.h"

namespace etsi {

namespace {

Checked check_common(std::string_view operator_id, std::string_view liid,
                     std::size_t least_liid, const Hi1Time& time)
{
    for (const Checked& result :
         {check_size("operator-Identifier", operator_id, 0, most_hi1_operator),
          check_size("lawfulInterceptionIdentifier", liid, least_liid, most_liid),
          check(time.time)})
        if (!result)
            return result;
    if (const int offset = time.offset_minutes.value_or(0);
        offset > most_offset_minutes || offset < -most_offset_minutes)
        return wrong("localTime", "offset of a day or more");
    if (!time.offset_minutes && time.time.seconds > last_utc_second)
        return wrong("utcTime", "after the year 2049");
    return {};
}

Checked check_notification(const Hi1Notification& notification)
{
    if (const Checked result =
            check_common(notification.operator_id, notification.liid, 1, notification.time);
        !result)
        return result;
    return check_size("target-Information", notification.target_information, 0,
                      most_target_information);
}

Checked check_alarm(const AlarmIndicator& alarm)
{
    if (const Checked result = check_common(alarm.operator_id, alarm.liid, 0, alarm.time);
        !result)
        return result;
    return check_size("alarm-information", alarm.alarm_information, 1,
                      most_alarm_information);
}

void put_text(DerWriter& out, unsigned tag, std::string_view text)
{
    if (!text.empty())
        out.octets(field(tag), text);
}

// {itu-t(0) identified-organization(4) etsi(0) securityDomain(2) lawfulIntercept(2) hi1(0)
// notificationOperations(1) version6(6)}: the module is version 7, its value still says 6.
void put_domain(DerWriter& out, bool wanted)
{
    if (wanted)
        out.oid(field(0), {4, 0, 2, 2, 0, 1, 6});
}

// CommunicationIdentifier of HI2Operations, of which only the operator is given.
void put_operator(DerWriter& out, unsigned tag, std::string_view operator_id)
{
    if (operator_id.empty())
        return;
    out.inside(group(tag),
               [&] { out.inside(group(1), [&] { out.octets(field(0), operator_id); }); });
}

void put_local_time(DerWriter& out, const Hi1Time& time)
{
    out.inside(group(0), [&] {
        out.integer(field(1), static_cast<std::uint64_t>(time.season));
        out.octets(field(0), local_time_text(time.time, *time.offset_minutes));
    });
}

// TimeStamp is a CHOICE: its tag is explicit.
void put_time(DerWriter& out, unsigned tag, const Hi1Time& time)
{
    out.inside(group(tag), [&] {
        if (time.offset_minutes)
            put_local_time(out, time);
        else
            out.utc_time(field(1), time.time);
    });
}

void put_notification(DerWriter& out, const Hi1Notification& notification)
{
    out.inside(group(static_cast<unsigned>(notification.kind)), [&] {
        put_text(out, 6, notification.target_information);
        put_time(out, 3, notification.time);
        put_operator(out, 2, notification.operator_id);
        out.octets(field(1), notification.liid);
        put_domain(out, notification.domain_id);
    });
}

void put_alarm(DerWriter& out, const AlarmIndicator& alarm)
{
    out.inside(group(4), [&] {
        put_text(out, 4, alarm.liid);
        out.octets(field(3), alarm.alarm_information);
        put_time(out, 2, alarm.time);
        put_operator(out, 1, alarm.operator_id);
        put_domain(out, alarm.domain_id);
    });
}

} // namespace

Checked check(const Hi1Operation& operation)
{
    if (const auto* alarm = std::get_if<AlarmIndicator>(&operation))
        return check_alarm(*alarm);
    return check_notification(std::get<Hi1Notification>(operation));
}

void put(DerWriter& out, const Hi1Operation& operation)
{
    if (const auto* alarm = std::get_if<AlarmIndicator>(&operation))
        put_alarm(out, *alarm);
    else
        put_notification(out, std::get<Hi1Notification>(operation));
}

} // namespace etsi
