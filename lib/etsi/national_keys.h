// SPDX-License-Identifier: Apache-2.0
// etsi/national_keys.h - the keys of the national parameter (national.h): what TKÜV § 7 (1)
// asks for and EmailIRI has no field for.  tkuev-pdu(5) has the same list.
#pragma once

#include <string_view>

namespace etsi::key {

inline constexpr std::string_view event = "event"; // the canonical name of what happened
inline constexpr std::string_view leg = "leg";     // "in" or "out"
inline constexpr std::string_view session = "session";
// Both as generalized_time_text().
inline constexpr std::string_view session_begin = "session-begin";
inline constexpr std::string_view session_end = "session-end";
inline constexpr std::string_view tls = "tls"; // no. 10: version and cipher
inline constexpr std::string_view mechanism = "mechanism";
inline constexpr std::string_view mailbox = "mailbox";
inline constexpr std::string_view matched = "matched"; // no. 1: the identity that hit
inline constexpr std::string_view queue_id = "queue-id";
inline constexpr std::string_view size = "size";
inline constexpr std::string_view cause_layer = "cause-layer"; // no. 6
inline constexpr std::string_view cause_code = "cause-code";
inline constexpr std::string_view cause_enhanced = "cause-enhanced";
inline constexpr std::string_view cause_text = "cause-text";
inline constexpr std::string_view feature = "feature"; // no. 5; "NAME=value", repeated
inline constexpr std::string_view forward = "forward"; // no. 2b; one each, in order
inline constexpr std::string_view duplicate_of = "dup-of";
inline constexpr std::string_view content_octets = "content-octets";
inline constexpr std::string_view content_digest = "content-sha256"; // hexadecimal
// Written by fit(): values that were cut or changed in their own field.
inline constexpr std::string_view full_sender = "full-sender";
inline constexpr std::string_view full_recipient = "full-recipient";
inline constexpr std::string_view full_username = "full-username";
inline constexpr std::string_view recipients_cut = "recipients-cut";

} // namespace etsi::key
