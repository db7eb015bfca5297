// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/delivery_options.cc - see delivery_options.h.
#include "delivery_options.h"

#include "base/failure.h"
#include "conf/secrets.h"
#include "own_endpoints.h"

#include <algorithm>

namespace sendd {

namespace {

constexpr std::uint64_t report_segment = 8u << 20;
constexpr std::uint64_t above_mark = 2; // where the journal makes room, before mail has to

delivery::Schedule schedule(const conf::SmtpSendd& sendd)
{
    delivery::Schedule out;
    out.retry = delivery::durations(sendd.retry);
    out.notices = delivery::durations(sendd.delay_notice);
    std::sort(out.notices.begin(), out.notices.end());
    out.lifetime = sendd.lifetime;
    out.bounce_lifetime = sendd.bounce_lifetime;
    return out;
}

delivery::RouteOptions route(const conf::Settings& settings)
{
    delivery::RouteOptions out;
    for (const conf::Listener& listener : settings.listeners)
        out.listener_backends[listener.name] = listener.backend;
    out.smarthost = settings.smtp_sendd.smarthost;
    out.mx_port = settings.smtp_sendd.mx_port;
    out.hold_5xx = settings.smtp_sendd.hold_5xx;
    return out;
}

delivery::ConnectOptions connect(const conf::Settings& settings)
{
    const conf::SmtpSendd& sendd = settings.smtp_sendd;
    delivery::ConnectOptions out;
    out.hostname = settings.general.hostname;
    out.mx_port = sendd.mx_port;
    out.connect_timeout = sendd.connect_timeout;
    out.timeouts = {sendd.greeting_timeout, sendd.command_timeout, sendd.data_timeout};
    out.eight_bit = sendd.eight_bit == conf::EightBit::refuse
                        ? session::EightBit::refuse
                        : session::EightBit::send_as_is;
    out.source_address = sendd.source_address;
    out.own_endpoints = own_endpoints(settings);
    out.avoid_failed = sendd.dead_for;
    return out;
}

} // namespace

delivery::Options delivery_options(const conf::Settings& settings)
{
    const conf::SmtpSendd& sendd = settings.smtp_sendd;
    delivery::Options out;
    out.route = route(settings);
    out.schedule = schedule(sendd);
    out.health.most = sendd.connections_per_destination;
    out.health.first_pause = sendd.dead_for;
    out.report.hostname = settings.general.hostname;
    out.report.postmaster = settings.general.postmaster;
    out.report.double_bounce_to_postmaster = sendd.double_bounce_to_postmaster;
    out.report.returned_size = sendd.returned_size;
    out.report.uidl = settings.ums.enabled;
    out.connect = connect(settings);
    out.connections = sendd.connections;
    out.messages_per_connection = sendd.messages_per_connection;
    out.idle_connection = sendd.idle_connection;
    out.recipients_per_transaction = sendd.recipients_per_transaction;
    out.active = sendd.active;
    out.guard_failures = sendd.guard_failures;
    out.drain = settings.general.drain_timeout;
    out.srs_domain = sendd.srs_domain;
    // One secret a line: the first signs, the others still verify.
    out.srs_secrets = conf::read_secrets(sendd.srs_secret_file);
    return out;
}

spool::QueueOptions queue_options(const conf::Settings& settings)
{
    spool::QueueOptions out;
    out.directory = settings.general.spool;
    out.sync_interval = base::milliseconds(settings.queue.sync_interval_ms);
    out.retention = settings.queue.retention;
    out.retention_bytes = settings.queue.retention_bytes;
    // Before the relay refuses mail.
    out.free_space = settings.queue.free_space + settings.queue.free_space / 2;
    out.segment_age = settings.queue.segment_age;
    if (settings.journal.enabled) {
        out.journal_backlog = settings.journal.backlog;
        out.journal_free_space = above_mark * settings.queue.free_space;
    }
    return out;
}

spool::WriterOptions writer_options(const conf::Settings& settings)
{
    spool::WriterOptions out;
    out.directory = settings.general.spool;
    out.name = "send";
    out.segment_size = std::min(settings.queue.segment_size, report_segment);
    out.segment_age = settings.queue.segment_age;
    out.draft_memory = settings.queue.draft_memory;
    out.drafts_memory = settings.queue.drafts_memory;
    out.free_space = settings.queue.free_space / 2; // reports make room: they come last
    out.free_inodes = settings.queue.free_inodes / 2;
    out.preallocate = spool::Preallocate::none;
    return out;
}

} // namespace sendd
