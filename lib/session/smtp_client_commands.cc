// SPDX-License-Identifier: Apache-2.0
// session/smtp_client_commands.cc - see smtp_client_commands.h.
#include "session/smtp_client_commands.h"

#include "session/smtp_client.h"
#include "text/lines.h"

namespace session {

namespace {

std::string_view body_parameter(const spool::Envelope& envelope,
                                const smtp::Capabilities& offered)
{
    if (envelope.body == spool::Body::binary_mime)
        return " BODY=BINARYMIME"; // refused earlier if not offered
    if (envelope.body == spool::Body::eight_bit_mime && offered.eight_bit_mime)
        return " BODY=8BITMIME";
    return {};
}

void append_notify(std::string& out, std::uint8_t notify)
{
    if (notify == spool::notify_default)
        return;
    out += " NOTIFY=";
    if ((notify & spool::notify_never) != 0) {
        out += "NEVER";
        return;
    }
    std::string_view separator;
    const auto add = [&](std::uint8_t bit, std::string_view word) {
        if ((notify & bit) == 0)
            return;
        out.append(separator).append(word);
        separator = ",";
    };
    add(spool::notify_success, "SUCCESS");
    add(spool::notify_failure, "FAILURE");
    add(spool::notify_delay, "DELAY");
}

// "ESMTPSA" and its like are SMTP or ESMTP for XCLIENT and XFORWARD.
std::string plain_protocol(std::string_view protocol)
{
    if (protocol.empty())
        return {};
    return protocol == "SMTP" ? "SMTP" : "ESMTP";
}

} // namespace

bool safe_path(std::string_view address)
{
    return !text::has_control(address) &&
           address.find_first_of("<>") == std::string_view::npos;
}

std::string mail_command(const spool::Envelope& envelope, std::string_view sender,
                         std::uint64_t size, const smtp::Capabilities& offered, bool utf8)
{
    std::string out = "MAIL FROM:<";
    out.append(sender).append(">");
    if (offered.has_size)
        out += " SIZE=" + std::to_string(size);
    out += body_parameter(envelope, offered);
    if (utf8 && offered.smtputf8)
        out += " SMTPUTF8";
    if (offered.dsn) {
        if (envelope.ret != spool::Ret::unset)
            out += envelope.ret == spool::Ret::full ? " RET=FULL" : " RET=HDRS";
        if (!envelope.envid.empty())
            out += " ENVID=" + envelope.envid;
    }
    return out += "\r\n";
}

std::string rcpt_command(const OutgoingRecipient& recipient,
                         const smtp::Capabilities& offered)
{
    std::string out = "RCPT TO:<" + recipient.address + ">";
    if (offered.dsn) {
        append_notify(out, recipient.notify);
        if (!recipient.orcpt.empty())
            out += " ORCPT=" + recipient.orcpt;
    }
    return out += "\r\n";
}

smtp::ClientAttributes xclient_attributes(const spool::Client& client)
{
    smtp::ClientAttributes out;
    out.name = client.name;
    out.address = client.address;
    out.port = client.port;
    out.protocol = plain_protocol(client.protocol);
    out.helo = client.helo;
    out.login = client.login;
    return out;
}

smtp::ClientAttributes xforward_attributes(const spool::Envelope& envelope)
{
    smtp::ClientAttributes out = xclient_attributes(envelope.client);
    out.login.reset();
    out.ident = envelope.id.text();
    out.source = envelope.client.address.empty() ? "LOCAL" : "REMOTE";
    return out;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const std::string& word : words)
        out.append(out.empty() ? "" : " ").append(word);
    return out;
}

} // namespace session
