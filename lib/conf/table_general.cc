// SPDX-License-Identifier: Apache-2.0
// conf/table_general.cc - the keys of [general], [log], [tls] and [queue].
#include "conf/table.h"
#include "conf/tenant_kinds.h"

namespace conf {

std::span<const Key<General>> general_keys()
{
    using Row = Rows<General>;
    static constexpr Key<General> keys[] = {
        Row::of<Host, &General::hostname>(
            "hostname", "The name this gateway greets with and puts into Received fields."),
        Row::of<Path, &General::spool>("spool", "The directory of the log and the queue."),
        Row::of<Path, &General::database>(
            "database", "The SQLite file with domains, routes, addresses and users."),
        Row::of<Path, &General::run_directory>(
            "run-directory",
            "The directory for sockets and other files of the running system."),
        Row::of<Mailbox, &General::postmaster>(
            "postmaster", "Where reports to the operator go, and the sender of notices."),
        Row::of<Seconds<>, &General::drain_timeout>(
            "drain-timeout",
            "How long a program that is stopped lets its sessions finish."),
    };
    return keys;
}

std::span<const Key<base::LogOptions>> log_keys()
{
    using Row = Rows<base::LogOptions>;
    static constexpr Key<base::LogOptions> keys[] = {
        Row::of<Choice<base::LogTarget>, &base::LogOptions::target>(
            "target", "Where log lines go: stderr, journald or syslog."),
        Row::of<Choice<base::LogFormat>, &base::LogOptions::format>(
            "format", "How log lines look: key-value or json."),
        Row::of<Choice<base::Level>, &base::LogOptions::level>(
            "level",
            "The least important level that is written: error, warning, notice, info "
            "or debug."),
    };
    return keys;
}

std::span<const Key<Tls>> tls_keys()
{
    using Row = Rows<Tls>;
    static constexpr Key<Tls> keys[] = {
        Row::certificates<&Tls::certificates>(
            "A file with the certificate chain and one with its key; may be repeated."),
        Row::of<TlsVersion, &Tls::min_version>(
            "min-version",
            "The oldest protocol version that is accepted: TLSv1.2 or TLSv1.3."),
        Row::of<Text, &Tls::ciphers>(
            "ciphers", "The ciphers of TLS 1.2 as an OpenSSL list; empty: a good choice."),
    };
    return keys;
}

std::span<const Key<Queue>> queue_keys()
{
    using Row = Rows<Queue>;
    static constexpr Key<Queue> keys[] = {
        Row::of<Size<1 << 20>, &Queue::segment_size>(
            "segment-size", "A segment of the log is closed when it has this size."),
        Row::of<Seconds<>, &Queue::segment_age>(
            "segment-age", "A segment of the log is closed when it is this old."),
        Row::of<PreallocateName, &Queue::preallocate>(
            "preallocate", "How room in a segment is made: zeros, reserve or none."),
        Row::of<Seconds<0>, &Queue::retention>(
            "retention", "How long finished messages stay in the log; 0: not at all."),
        Row::of<Size<>, &Queue::retention_bytes>(
            "retention-bytes",
            "How much of the log is kept at most for that; 0: no bound."),
        Row::of<RingPeriods, &Queue::tenant_retention>(
            "tenant-retention", "Shorter periods of tenants for that: TENANT=PERIOD."),
        Row::of<Size<>, &Queue::free_space>(
            "free-space", "With less free space than this no message is accepted."),
        Row::of<Number<>, &Queue::free_inodes>(
            "free-inodes", "With fewer free inodes than this no message is accepted."),
        Row::of<Number<0, 60000>, &Queue::sync_interval_ms>(
            "sync-interval-ms",
            "How long a delivery result may be unsynced, in milliseconds."),
        Row::of<Size<4096, 1 << 30>, &Queue::draft_memory>(
            "draft-memory", "A message larger than this goes to disk while it comes in."),
        Row::of<Size<4096, 1LL << 40>, &Queue::drafts_memory>(
            "drafts-memory", "How much memory incoming messages have together."),
    };
    return keys;
}

} // namespace conf
