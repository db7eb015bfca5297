// SPDX-License-Identifier: Apache-2.0
// session/smtp_client_commands.h - the commands of one transaction as text.
//
// Parameters are written only when the server offered them.  What the envelope holds has
// passed the SMTP grammar once; safe_path() is the second lock: nothing with a control byte
// is ever put into a command.
#pragma once

#include "smtp/client_capabilities.h"
#include "smtp/xclient.h"
#include "spool/envelope.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace session {

struct OutgoingRecipient;

[[nodiscard]] bool safe_path(std::string_view address);
[[nodiscard]] std::string mail_command(const spool::Envelope& envelope,
                                       std::string_view sender, std::uint64_t size,
                                       const smtp::Capabilities& offered, bool utf8);
[[nodiscard]] std::string rcpt_command(const OutgoingRecipient& recipient,
                                       const smtp::Capabilities& offered);

// Who the client was, for XCLIENT; with the message's id for XFORWARD.
[[nodiscard]] smtp::ClientAttributes xclient_attributes(const spool::Client& client);
[[nodiscard]] smtp::ClientAttributes xforward_attributes(const spool::Envelope& envelope);
[[nodiscard]] std::string joined(const std::vector<std::string>& words);

} // namespace session
