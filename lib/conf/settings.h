// SPDX-License-Identifier: Apache-2.0
// conf/settings.h - sponts.conf as typed structs.  Nothing reads configuration later.
//
// Defaults stand here and only here; sponts.conf(5) and --dump-config show them.  Each name
// below is the key in the file with '-' for '_'.
#pragma once

#include "base/log.h"
#include "db/directory.h"
#include "imap/limits.h"
#include "net/address.h"
#include "net/tls.h"
#include "pop3/limits.h"
#include "smtp/limits.h"
#include "ums/on_delete.h"

#include <cstdint>
#include <string>
#include <vector>

namespace conf {

enum class ListenerTls : std::uint8_t { none, starttls, required, implicit };
enum class AuthSource : std::uint8_t { none, backend, dovecot, users };
enum class StrayNewline : std::uint8_t { refuse, normalise };
enum class EightBit : std::uint8_t { as_is, refuse };
enum class OnRelay : std::uint8_t { refuse, delay };
enum class OwnSender : std::uint8_t { accept, refuse };
enum class BackendTls : std::uint8_t { none, starttls, implicit };
enum class BackendVerify : std::uint8_t { none, name, fingerprint };

// [listener NAME].  Which keys are for which program, cross_check.cc knows.
struct Listener {
    std::string name;
    std::string address; // endpoint text; empty: only by socket activation
    std::string program = "smtp-relayd";
    ListenerTls tls = ListenerTls::starttls;
    std::vector<net::Certificate> certificates; // empty: those of [tls]
    net::Networks trust_xclient;                // may send XCLIENT
    net::Networks trust_xforward;               // may send XFORWARD
    net::Networks trust_proxy;                  // must begin with a PROXY header
    net::Networks relay_from;                   // may relay without login
    AuthSource auth = AuthSource::none;
    bool auth_required = false; // submission: 530 before login
    bool auth_without_tls = false;
    std::string auth_backend; // host:port for auth = backend
    bool auth_backend_tls = true;
    std::string auth_backend_ca; // who must have signed its certificate; empty: anybody
    std::string auth_socket;     // auth = dovecot
    std::string backend;         // default route of what comes in here
    OwnSender own_sender = OwnSender::accept; // our domains as sender, from outside
    OnRelay on_relay = OnRelay::refuse;
    bool etrn = false;

    // Of the proxies.
    BackendTls backend_tls = BackendTls::starttls; // never silently plain
    BackendVerify backend_verify = BackendVerify::name;
    std::string backend_ca;          // empty: the system's
    std::string backend_name;        // to verify instead of the host
    std::string backend_fingerprint; // SHA-256, 64 hexadecimal digits
    bool backend_compress = false;   // IMAP: COMPRESS=DEFLATE towards the backend
    db::ClientInfo client_info = db::ClientInfo::none; // how the backend learns of clients
    // Of SASL, offered if the backend offers them.
    std::vector<std::string> login_mechanisms = {
        "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-256", "SCRAM-SHA-1"};
    bool apop = false;       // POP3: with the backend's challenge
    bool compress = true;    // IMAP: COMPRESS=DEFLATE for clients
    std::string user_domain; // of login names without one, for routes
};

struct General {
    std::string hostname; // empty: gethostname()
    std::string spool = "/var/spool/sponts";
    std::string database = "/var/lib/sponts/sponts.db";
    std::string run_directory = "/run/sponts";
    std::string postmaster;          // empty: postmaster@hostname
    std::int64_t drain_timeout = 60; // sessions that a stopping program lets finish
};

struct Tls {
    std::vector<net::Certificate> certificates;
    std::string min_version = "TLSv1.2";
    std::string ciphers;
};

struct SmtpRelayd {
    smtp::Limits limits;
    std::uint32_t connections = 8000;
    std::uint32_t connections_per_client = 50;
    std::uint32_t messages_per_client_minute = 0; // 0: no limit
    std::uint32_t connections_per_client_minute = 0;
    std::int64_t greeting_timeout = 30;  // seconds, also PROXY header and TLS handshake
    std::int64_t idle_timeout = 300;     // RFC 5321 4.5.3.2.7
    std::int64_t busy_timeout = 30;      // idle_timeout under load
    std::int64_t message_timeout = 600;  // one message, plus size / min_rate
    std::uint32_t min_rate = 1000;       // bytes per second
    std::int64_t session_timeout = 7200; // in total
    std::uint64_t envelopes_memory = 64u << 20; // recipients of all sessions together
    std::uint32_t null_sender_recipients = 10;
    std::int64_t tarpit = 5; // seconds, on_relay = delay
    std::uint32_t tarpit_places = 500;
    std::int64_t error_delay = 1; // seconds, after soft error limit
    StrayNewline stray_newline = StrayNewline::refuse;
    bool lookup_client_name = true; // PTR and back, for Received
    std::int64_t probe_ttl = 7200;  // remembered answers of recipient probes
    std::uint32_t workers = 1;      // processes per listener under `sponts run`
};

struct SmtpSendd {
    std::string retry = "5m 10m 20m 40m 80m 160m 4h"; // the last one repeats
    std::int64_t lifetime = 5LL * 86400;
    std::int64_t bounce_lifetime = 86400;
    std::string delay_notice = "4h"; // after each of these; empty: none
    bool double_bounce_to_postmaster = false;
    std::uint32_t connections = 500;
    std::uint32_t connections_per_destination = 20;
    std::uint32_t messages_per_connection = 1000;
    std::uint32_t active = 20000; // messages looked at at once
    std::int64_t connect_timeout = 30;
    std::int64_t greeting_timeout = 300; // RFC 5321 4.5.3.2
    std::int64_t command_timeout = 300;
    std::int64_t data_timeout = 600;
    std::int64_t dead_for = 60;       // first pause of a destination, doubling to 1 h
    std::int64_t idle_connection = 5; // kept open for reuse
    std::vector<std::string> resolvers;
    std::int64_t dns_timeout = 10;
    std::string smarthost; // host:port instead of MX; empty: MX
    std::uint16_t mx_port = 25;
    std::string srs_secret_file; // forwards of foreign senders are rewritten
    std::string srs_domain;
    bool hold_5xx = false;            // the guard for every route
    std::uint32_t guard_failures = 5; // 5xx in a row after successes
    std::string source_address;
    std::uint32_t recipients_per_transaction = 100;
    EightBit eight_bit = EightBit::as_is; // to a next hop without 8BITMIME
    std::uint64_t returned_size = 100000; // of a message in a bounce; else its header
};

// What [pop-proxy] and [imap-proxy] have in common.
struct Proxy {
    std::uint32_t connections = 20000;
    std::uint32_t connections_per_client = 50;
    std::uint32_t connections_per_client_minute = 0; // 0: no limit
    std::uint32_t connections_per_user = 20;
    std::int64_t greeting_timeout = 30; // seconds: PROXY header, TLS handshake
    std::int64_t login_timeout = 60;    // everything before the login
    std::int64_t idle_timeout = 1860;
    std::int64_t connect_timeout = 10; // to one address of a backend
    std::int64_t backend_timeout = 30; // an answer of a backend before the login
    std::int64_t login_delay = 2;      // after a refused login
    std::int64_t dead_for = 10;        // first pause of a backend that is down
    std::uint32_t workers = 1;         // processes under `sponts run`
};

struct PopProxy {
    Proxy common{.idle_timeout = 660}; // RFC 1939 section 3 asks for 600 at least
    pop3::Limits limits;
};

struct ImapProxy {
    Proxy common{.idle_timeout = 1860}; // RFC 9051 section 5.4 asks for 1800 at least
    imap::Limits limits;
};

struct Queue {
    std::uint64_t segment_size = 64ull << 20;
    std::int64_t segment_age = 3600;
    std::string preallocate = "zeros";
    std::int64_t retention = 0;
    std::uint64_t retention_bytes = 0;
    std::vector<std::string> tenant_retention; // "TENANT=PERIOD", shorter than retention
    std::uint64_t free_space = 256ull << 20;
    std::uint64_t free_inodes = 1000;
    std::int64_t sync_interval_ms = 20;
    std::uint64_t draft_memory = 128u << 10;
    std::uint64_t drafts_memory = 64u << 20;
};

struct Journal {
    bool enabled = false;
    std::string database = "/var/lib/sponts/journal.db";
    std::uint64_t backlog = 1ull << 30; // of the log and of events, that wait to be filed
    // Seconds; tenants have their own: "NAME=PERIOD" or "NAME/KIND=PERIOD".
    std::int64_t retention = 90LL * 86400; // of messages
    std::int64_t refusal_retention = 30LL * 86400;
    std::int64_t login_retention = 30LL * 86400;
    std::vector<std::string> tenant_retention;
    // Names of tenants; "*": everybody.
    std::vector<std::string> no_subjects;
    std::vector<std::string> no_attachment_names;
    std::vector<std::string> pseudonyms;
    std::string pseudonym_key_file;
};

// [ums].  Queued mail that users read while the server of their mailbox is down.
struct Ums {
    bool enabled = false;
    std::string database = "/var/lib/sponts/policy.db"; // of what logins have taught
    std::vector<std::string> learn; // domains of users whose logins teach; "*": all
    std::int64_t verifier_age = 30LL * 86400; // seconds since a login has last proved it
    std::uint32_t verifiers = 1'000'000;      // kept at most
    std::uint32_t guesses = 5;                // wrong passwords of a user, then a pause
    std::int64_t guess_pause = 60;            // first pause; doubles up to an hour
    ums::OnDelete on_delete = ums::OnDelete::hide;
    std::uint32_t messages = 10'000; // of a user that are shown, the oldest
    bool stand_in = true;            // pop-proxy leads users of a backend that is down here
    std::int64_t after = 60;         // seconds that a backend is down before we take over
    std::int64_t steady = 30;        // and that it lives before it has its users again
    // Of what a user's mailbox has last listed: messages that are remembered, the newest;
    // 0: nothing is.  And seconds since the user was seen.
    std::uint32_t remember = 10'000;
    std::int64_t remember_for = 30LL * 86400;
};

// [replay].  What users of the system may do with replayctl(8); operators have no limits.
struct Replay {
    bool users = false;                    // may send their own mail again
    std::uint32_t messages_per_day = 1000; // of a user, in the last 24 hours
    std::uint64_t bytes_per_day = 1ull << 30;
    std::uint32_t runs = 20;           // of a user, kept
    std::uint32_t rate = 10;           // messages a second, of a run of a user
    std::uint32_t calls = 16;          // of all users at once
    std::uint32_t calls_per_user = 2;  // of one
    std::int64_t request_timeout = 10; // seconds, for a request as a whole
    std::int64_t answer_timeout = 60;  // for each piece of its answer until it is taken
    bool operator==(const Replay&) const = default;
};

// [tkuev].  What is the same for every measure; measures themselves are tkuev-ctl(8)'s.
struct Tkuev {
    bool enabled = false;
    std::string state = "/var/lib/sponts-li/state";
    std::string spool = "/var/spool/sponts-li";
    std::string audit = "/var/lib/sponts-audit/audit";
    std::string audit_anchor = "/var/lib/sponts-anchor/audit"; // a file elsewhere
    std::string audit_socket = "/run/sponts-audit/socket";
    std::string operator_id;                  // 1 to 16 characters
    std::string network_element = "sponts-1"; // 1 to 16 characters
    std::string interception_point;           // 1 to 8 characters; empty: not said
    std::string file_prefix;                  // ABXY, four characters
    std::string country = "DE";
    bool second_person = false;       // somebody else approves what one has entered
    bool synchronised_clock = true;   // else nothing is activated
    std::int64_t renewal = 10;        // seconds between two lists for the servers
    std::uint32_t identities = 16384; // places in that list, all always taken
    std::uint64_t content_bytes = 64ull << 20; // that wait for the authority
    std::int64_t content_seconds = 60;
    std::uint64_t disc_bytes = 4ull << 30; // of content that wait for a disc
    std::int64_t disc_seconds = 14LL * 86400;
    std::int64_t audit_retention = 365LL * 86400;
    bool fold_local_part = true;
    std::string detail_separator = "+";
    bool operator==(const Tkuev&) const = default;
};

struct Settings {
    General general;
    base::LogOptions log;
    Tls tls;
    std::vector<Listener> listeners;
    SmtpRelayd smtp_relayd;
    SmtpSendd smtp_sendd;
    PopProxy pop_proxy;
    ImapProxy imap_proxy;
    Queue queue;
    Journal journal;
    Ums ums;
    Replay replay;
    Tkuev tkuev;
    std::string file; // where it was read from
};

inline constexpr std::string_view default_file = "/etc/sponts/sponts.conf";

// Reads and checks; throws base::Failure(fix_config) "file:line: what is wrong".
[[nodiscard]] Settings read_settings(const std::string& file);
// The same for programs of interception, which officers and auditors run as a user of the
// service: a file of their own could name another audit log.  It must be a regular file of
// root or of the user we run as, and nobody else may write it; else Failure(fix_config).
[[nodiscard]] Settings read_trusted_settings(const std::string& file);
// Each key with its value and where it came from, "key = value  # file:12" or "# default".
[[nodiscard]] std::string dump_settings(const std::string& file);

} // namespace conf
