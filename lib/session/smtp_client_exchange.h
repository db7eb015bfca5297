// SPDX-License-Identifier: Apache-2.0
// session/smtp_client_exchange.h - one transaction under way; private to smtp_client*.cc.
#pragma once

#include "session/smtp_client.h"

namespace session {

struct SmtpClient::Garbage : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct SmtpClient::Exchange {
    OutgoingMail mail;
    TransactionResult result;
    bool utf8 = false;      // SMTPUTF8 is to be said
    bool chunking = false;  // BDAT, else DATA
    bool text_sent = false; // a small message went along with the envelope
    bool mail_accepted = false;
    std::size_t accepted = 0;   // recipients
    std::size_t info_lines = 0; // XFORWARD replies to come before MAIL's
    bool reset = false;         // a reply to RSET comes first
    smtp::PeerReply data;       // the answer to DATA, when it was asked
};

} // namespace session
