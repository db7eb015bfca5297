// SPDX-License-Identifier: Apache-2.0
// smtp/parameters.h - what may stand behind the path in MAIL and RCPT (RFC 5321 4.1.2
// esmtp-param).  Part of the command grammar; not for use elsewhere.
#pragma once

#include "smtp/envelope.h"
#include "smtp/reply.h"

#include <optional>
#include <string_view>

namespace smtp {

// `text` is what stands behind the path: empty, or " KEY=value KEY ...".  Fills in the
// parameters; returns the refusal if there is something wrong: 555 for a keyword nobody
// knows, 501 for a duplicate or a bad value.
[[nodiscard]] std::optional<Reply> take_parameters(Mail& mail, std::string_view text);
// `smtputf8`: the transaction said SMTPUTF8, so ORCPT may be of type utf-8 (RFC 6533).
[[nodiscard]] std::optional<Reply> take_parameters(Rcpt& rcpt, std::string_view text,
                                                   bool smtputf8);

} // namespace smtp
