// SPDX-License-Identifier: Apache-2.0
// session/smtp_client_probe.cc - asks a server whether it would take mail for somebody.
//
// MAIL FROM:<>, RCPT, RSET: no message is sent, and the connection stays usable.

#include "session/smtp_client.h"
#include "session/smtp_client_commands.h"
#include "session/smtp_client_exchange.h"

namespace session {

net::Task<std::expected<smtp::PeerReply, Trouble>>
SmtpClient::converse_probe(std::string recipient)
{
    const smtp::PeerReply mail = co_await ask(Step::mail, "MAIL FROM:<>\r\n");
    if (mail.code / 100 != 2) // says nothing about the recipient
        co_return std::unexpected(refused(Step::mail, mail));
    const smtp::PeerReply reply =
        co_await ask(Step::recipient, "RCPT TO:<" + recipient + ">\r\n");
    (void)co_await ask(Step::recipient, "RSET\r\n");
    co_return reply;
}

net::Task<std::expected<smtp::PeerReply, Trouble>> SmtpClient::probe(std::string recipient)
{
    std::expected<smtp::PeerReply, Trouble> result;
    if (!safe_path(recipient))
        co_return std::unexpected(
            trouble(Trouble::Kind::policy, "address with control bytes"));
    try {
        result = co_await converse_probe(std::move(recipient));
    } catch (const net::TimedOut&) {
        result = std::unexpected(trouble(Trouble::Kind::timed_out, "timed out"));
    } catch (const net::TlsFailure& failure) {
        result = std::unexpected(trouble(Trouble::Kind::tls, failure.what()));
    } catch (const net::PeerGone& gone) {
        result = std::unexpected(trouble(Trouble::Kind::lost, gone.what()));
    } catch (const Garbage& garbage) {
        result = std::unexpected(trouble(Trouble::Kind::garbage, garbage.what()));
    }
    co_return result;
}

} // namespace session
