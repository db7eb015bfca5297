// SPDX-License-Identifier: Apache-2.0
// proxy/imap_replies.h - what a client hears of its login, good or bad: pure.
//
// The kind of a trouble becomes a response code (RFC 5530); its text stays in the log. What
// the backend has said itself goes on, with its code.
#pragma once

#include "imap/capabilities.h"
#include "imap/status.h"
#include "proxy/imap_backend.h"
#include "proxy/trouble.h"

#include <string>
#include <string_view>

namespace proxy {

// With its line end.
[[nodiscard]] std::string refusal(const Trouble& trouble, std::string_view tag);
// Somebody may be guessing: their next attempt has to wait.
[[nodiscard]] bool is_guess(TroubleKind kind);

// The backend has refused a login.
[[nodiscard]] Trouble trouble_of(std::string_view tagged, std::string_view backend);
// The same, with what it has said before its answer: an alert may say what is to be done.
[[nodiscard]] Trouble trouble_of(const ImapAnswer& answer, std::string_view backend);
// It has accepted: all that the client hears.
[[nodiscard]] std::string welcome(const ImapAnswer& answer, bool compress);

// As it stands behind CAPABILITY.
[[nodiscard]] std::string join(const imap::Capabilities& capabilities);

} // namespace proxy
