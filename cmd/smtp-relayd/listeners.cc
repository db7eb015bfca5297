// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/listeners.cc - see the header.

#include "listeners.h"

#include "conf/secrets.h"
#include "daemon/listeners.h"
#include "seal/digest.h"

namespace relayd {

namespace {

using base::seconds;

session::SmtpTimes times_of(const conf::SmtpRelayd& relayd)
{
    return {.greeting = seconds{relayd.greeting_timeout},
            .idle = seconds{relayd.idle_timeout},
            .busy = seconds{relayd.busy_timeout},
            .message = seconds{relayd.message_timeout},
            .min_rate = relayd.min_rate,
            .session = seconds{relayd.session_timeout},
            .tarpit = seconds{relayd.tarpit},
            .error_delay = seconds{relayd.error_delay}};
}

// What smtp-sendd signs comes back to us as a recipient.
std::shared_ptr<const smtp::Srs> srs_of(const conf::SmtpSendd& sendd)
{
    if (sendd.srs_secret_file.empty())
        return nullptr;
    return std::make_shared<const smtp::Srs>(
        sendd.srs_domain, conf::read_secrets(sendd.srs_secret_file), &seal::hmac_sha256);
}

smtp::Service service_of(const conf::Settings& settings, const conf::Listener& listener,
                         const session::SmtpListener& made)
{
    smtp::Service service;
    service.hostname = daemons::own_hostname(settings);
    service.limits = settings.smtp_relayd.limits;
    service.starttls = made.tls != nullptr && !made.tls_at_once;
    service.tls_required = listener.tls == conf::ListenerTls::required;
    service.auth_required = listener.auth_required;
    service.auth_without_tls = listener.auth_without_tls;
    if (made.authenticator)
        service.mechanisms = made.authenticator->mechanisms();
    service.etrn = listener.etrn;
    return service;
}

std::shared_ptr<const session::SmtpListener>
make_listener(const conf::Settings& settings, const conf::Listener& listener,
              const MakeAuthenticator& make_authenticator)
{
    auto made = std::make_shared<session::SmtpListener>();
    made->name = listener.name;
    made->tls = daemons::make_tls(settings, listener);
    made->tls_at_once = listener.tls == conf::ListenerTls::implicit;
    made->trust_xclient = listener.trust_xclient;
    made->trust_xforward = listener.trust_xforward;
    made->trust_proxy = listener.trust_proxy;
    made->relay_from = listener.relay_from;
    made->rules.refuse_own_sender = listener.own_sender == conf::OwnSender::refuse;
    made->rules.null_sender_recipients = settings.smtp_relayd.null_sender_recipients;
    made->srs = srs_of(settings.smtp_sendd);
    made->delay_relay_refusal = listener.on_relay == conf::OnRelay::delay;
    made->authenticator = make_authenticator(listener);
    made->decoder.stray_newline =
        settings.smtp_relayd.stray_newline == conf::StrayNewline::refuse
            ? smtp::StrayNewline::refuse
            : smtp::StrayNewline::normalise;
    made->times = times_of(settings.smtp_relayd);
    made->postmaster = settings.general.postmaster.empty()
                           ? "postmaster@" + daemons::own_hostname(settings)
                           : settings.general.postmaster;
    made->look_up_client = settings.smtp_relayd.lookup_client_name;
    made->uidl = settings.ums.enabled;
    made->service = service_of(settings, listener, *made);
    return made;
}

} // namespace

Listeners make_listeners(const conf::Settings& settings,
                         const MakeAuthenticator& make_authenticator)
{
    Listeners listeners;
    for (const conf::Listener* listener : daemons::some_listeners(settings, program))
        listeners[listener->name] = make_listener(settings, *listener, make_authenticator);
    return listeners;
}

void check(const conf::Settings& settings)
{
    (void)make_listeners(settings, [](const conf::Listener&) { return nullptr; });
}

session::SharedLimits shared_limits(const conf::Settings& settings)
{
    const conf::SmtpRelayd& relayd = settings.smtp_relayd;
    return {.rates = {.connections = relayd.connections,
                      .connections_per_client = relayd.connections_per_client,
                      .connections_per_client_minute = relayd.connections_per_client_minute,
                      .messages_per_client_minute = relayd.messages_per_client_minute},
            .envelopes_memory = relayd.envelopes_memory,
            .tarpit_places = relayd.tarpit_places};
}

} // namespace relayd
