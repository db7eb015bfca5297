// SPDX-License-Identifier: Apache-2.0
// session/smtp_listener.h - one [listener] as its sessions see it.
//
// Made from the configuration, never changed: a reload makes new ones, and sessions that
// run keep theirs.
#pragma once

#include "base/clock.h"
#include "net/address.h"
#include "net/tls.h"
#include "session/authenticator.h"
#include "session/relay_policy.h"
#include "smtp/data_decoder.h"
#include "smtp/srs.h"
#include "smtp/transaction.h"

#include <cstdint>
#include <memory>
#include <string>

namespace session {

// How long we wait for what.  Names as in sponts.conf(5).
struct SmtpTimes {
    base::seconds greeting{30};
    base::seconds idle{300};
    base::seconds busy{30};     // instead of idle, under load
    base::seconds message{600}; // one message, plus size / min_rate
    std::uint32_t min_rate = 1000;
    base::seconds session{7200};
    base::seconds tarpit{5};
    base::seconds error_delay{1};
};

struct SmtpListener {
    std::string name;
    smtp::Service service;                      // what every session here offers
    std::shared_ptr<const net::TlsContext> tls; // null: no TLS
    bool tls_at_once = false;                   // SMTPS
    net::Networks trust_xclient;
    net::Networks trust_xforward;
    net::Networks trust_proxy;
    net::Networks relay_from;
    RelayRules rules;
    std::shared_ptr<const smtp::Srs> srs; // null: senders of forwards are not rewritten
    bool delay_relay_refusal = false;     // on_relay = delay
    std::shared_ptr<Authenticator> authenticator; // null: no AUTH
    smtp::DecoderOptions decoder;
    SmtpTimes times;
    std::string postmaster; // where <postmaster> alone goes
    bool look_up_client = true;
    bool uidl = false; // messages get an X-UIDL field
};

} // namespace session
