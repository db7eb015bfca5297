// SPDX-License-Identifier: Apache-2.0
// conf/table_programs.cc - the keys of [smtp-relayd] and [smtp-sendd].
#include "conf/table.h"
#include "net/line_buffer.h"

namespace conf {

std::span<const Key<SmtpRelayd>> relayd_keys()
{
    constexpr std::int64_t longest_line = net::LineBuffer::longest_line;
    using Row = Rows<SmtpRelayd>;
    using smtp::Limits;
    constexpr auto limits = &SmtpRelayd::limits;
    static constexpr Key<SmtpRelayd> keys[] = {
        Row::of<Size<512, longest_line>, limits, &Limits::command_line>(
            "command-line", "Longest command line in bytes."),
        Row::of<Size<512, longest_line>, limits, &Limits::auth_line>(
            "auth-line", "Longest line within AUTH in bytes."),
        Row::of<Size<1024>, limits, &Limits::message_size>(
            "message-size", "Largest message; announced by SIZE."),
        Row::of<Size<>, limits, &Limits::text_line>(
            "text-line", "Longest line of a message; 0: any length."),
        Row::of<Size<1024>, limits, &Limits::header_size>("header-size",
                                                          "Largest header of a message."),
        Row::of<Number<1>, limits, &Limits::header_fields>("header-fields",
                                                           "Most fields in a header."),
        Row::of<Number<1>, limits, &Limits::recipients>("recipients",
                                                        "Most recipients of a message."),
        Row::of<Number<1>, &SmtpRelayd::null_sender_recipients>(
            "null-sender-recipients",
            "Most recipients of a stranger's message with the null sender."),
        Row::of<Size<1u << 20>, &SmtpRelayd::envelopes_memory>(
            "envelopes-memory", "Memory for the recipients that all sessions have named."),
        Row::of<Number<>, limits, &Limits::messages>(
            "messages", "Most messages in a session; 0: any number."),
        Row::of<Number<1>, limits, &Limits::hops>(
            "hops", "Most Received fields: a message with more goes round in circles."),
        Row::of<Number<1>, limits, &Limits::soft_errors>(
            "soft-errors", "Refused commands after which each refusal waits error-delay."),
        Row::of<Number<1>, limits, &Limits::errors>(
            "errors", "Refused commands after which a session is ended."),
        Row::of<Number<1>, limits, &Limits::unknown_commands>(
            "unknown-commands", "Unknown commands after which a session is ended."),
        Row::of<Number<1>, limits, &Limits::auth_failures>(
            "auth-failures", "Failed logins after which a session is ended."),
        Row::of<Number<1>, limits, &Limits::commands_without_mail>(
            "commands-without-mail",
            "Commands such as NOOP and RSET before a session is ended."),
        Row::of<Number<1>, &SmtpRelayd::connections>(
            "connections", "Most connections of a process at once."),
        Row::of<Number<>, &SmtpRelayd::connections_per_client>(
            "connections-per-client",
            "Most connections of a client address at once; 0: no limit."),
        Row::of<Number<>, &SmtpRelayd::messages_per_client_minute>(
            "messages-per-client-minute",
            "Most messages of a client in a minute; 0: no limit."),
        Row::of<Number<>, &SmtpRelayd::connections_per_client_minute>(
            "connections-per-client-minute",
            "Most connections of a client in a minute; 0: no limit."),
        Row::of<Seconds<>, &SmtpRelayd::greeting_timeout>(
            "greeting-timeout", "Time for the PROXY header and the TLS handshake."),
        Row::of<Seconds<>, &SmtpRelayd::idle_timeout>("idle-timeout",
                                                      "Time to wait for the next command."),
        Row::of<Seconds<>, &SmtpRelayd::busy_timeout>(
            "busy-timeout", "The same when most connections are in use."),
        Row::of<Seconds<>, &SmtpRelayd::message_timeout>(
            "message-timeout",
            "Time for one message, and what min-rate adds for its size."),
        Row::of<Number<1>, &SmtpRelayd::min_rate>(
            "min-rate", "Bytes per second a message must come in with."),
        Row::of<Seconds<>, &SmtpRelayd::session_timeout>("session-timeout",
                                                         "Time for a session as a whole."),
        Row::of<Seconds<0, 600>, &SmtpRelayd::tarpit>(
            "tarpit", "How long a refusal waits where on-relay is delay."),
        Row::of<Number<>, &SmtpRelayd::tarpit_places>(
            "tarpit-places",
            "How many clients wait so at once; others are refused at once."),
        Row::of<Seconds<0, 600>, &SmtpRelayd::error_delay>(
            "error-delay", "How long a refusal waits after soft-errors of them."),
        Row::of<Choice<StrayNewline>, &SmtpRelayd::stray_newline>(
            "stray-newline",
            "A CR or LF that stands alone in a message: refuse or normalise."),
        Row::of<YesNo, &SmtpRelayd::lookup_client_name>(
            "lookup-client-name",
            "Whether the name of the client is looked up for Received."),
        Row::of<Seconds<0>, &SmtpRelayd::probe_ttl>(
            "probe-ttl", "How long an answer to a recipient probe is remembered."),
        Row::of<Number<1, 256>, &SmtpRelayd::workers>(
            "workers", "How many processes serve the listeners under sponts run."),
    };
    return keys;
}

std::span<const Key<SmtpSendd>> sendd_keys()
{
    using Row = Rows<SmtpSendd>;
    static constexpr Key<SmtpSendd> keys[] = {
        Row::of<Durations, &SmtpSendd::retry>(
            "retry", "The pauses between attempts, in order; the last one repeats."),
        Row::of<Seconds<>, &SmtpSendd::lifetime>(
            "lifetime", "How long a message is tried before it is returned."),
        Row::of<Seconds<>, &SmtpSendd::bounce_lifetime>(
            "bounce-lifetime", "The same for messages with the null sender."),
        Row::of<Durations, &SmtpSendd::delay_notice>(
            "delay-notice",
            "Ages at which the sender is told about the delay; empty: never."),
        Row::of<YesNo, &SmtpSendd::double_bounce_to_postmaster>(
            "double-bounce-to-postmaster",
            "Whether the postmaster gets what cannot be returned."),
        Row::of<Number<1, 10000>, &SmtpSendd::connections>("connections",
                                                           "Most connections at once."),
        Row::of<Number<1, 10000>, &SmtpSendd::connections_per_destination>(
            "connections-per-destination", "Most connections to one destination at once."),
        Row::of<Number<1>, &SmtpSendd::messages_per_connection>(
            "messages-per-connection", "Messages after which a connection is closed."),
        Row::of<Number<1>, &SmtpSendd::active>("active",
                                               "How many messages are looked at at once."),
        Row::of<Seconds<>, &SmtpSendd::connect_timeout>("connect-timeout",
                                                        "Time to open a connection."),
        Row::of<Seconds<>, &SmtpSendd::greeting_timeout>(
            "greeting-timeout", "Time to wait for the greeting and the TLS handshake."),
        Row::of<Seconds<>, &SmtpSendd::command_timeout>(
            "command-timeout", "Time to wait for the answer to a command."),
        Row::of<Seconds<>, &SmtpSendd::data_timeout>(
            "data-timeout", "Time to wait for the answer to the final dot."),
        Row::of<Seconds<>, &SmtpSendd::dead_for>(
            "dead-for", "First pause of a dead destination; doubles up to an hour."),
        Row::of<Seconds<0>, &SmtpSendd::idle_connection>(
            "idle-connection", "How long an idle connection is kept for the next message."),
        Row::of<ResolverList, &SmtpSendd::resolvers>(
            "resolvers", "DNS servers to ask; empty: those of resolv.conf(5)."),
        Row::of<Seconds<>, &SmtpSendd::dns_timeout>("dns-timeout",
                                                    "Time for a DNS look-up."),
        Row::of<HostPort, &SmtpSendd::smarthost>(
            "smarthost", "Where mail without a route goes instead of to its MX."),
        Row::of<Number<1, 65535>, &SmtpSendd::mx_port>("mx-port",
                                                       "The port of mail exchangers."),
        Row::of<Path, &SmtpSendd::srs_secret_file>(
            "srs-secret-file",
            "File with the secret that signs rewritten senders of forwards."),
        Row::of<Host, &SmtpSendd::srs_domain>("srs-domain",
                                              "The domain rewritten senders are in."),
        Row::of<YesNo, &SmtpSendd::hold_5xx>(
            "hold-5xx",
            "Whether sudden refusals are held instead of returned, on every route."),
        Row::of<Number<1>, &SmtpSendd::guard_failures>(
            "guard-failures", "Refusals in a row after which a refusal counts as sudden."),
        Row::of<IpAddress, &SmtpSendd::source_address>(
            "source-address", "The local address connections are made from."),
        Row::of<Number<1, 10000>, &SmtpSendd::recipients_per_transaction>(
            "recipients-per-transaction", "Most recipients that one transaction names."),
        Row::of<Choice<EightBit>, &SmtpSendd::eight_bit>(
            "eight-bit",
            "What 8bit mail does at a server without 8BITMIME: go as-is, or refuse."),
        Row::of<Size<0, 64u << 20>, &SmtpSendd::returned_size>(
            "returned-size", "Largest message a bounce returns whole, else its header."),
    };
    return keys;
}

} // namespace conf
