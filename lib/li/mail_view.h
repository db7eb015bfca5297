// SPDX-License-Identifier: Apache-2.0
// li/mail_view.h - the few things an event says of the header of a mail that passed.
//
// They are told, never matched (R1).  Whatever the mail looks like, what can be found is
// found, in linear time; nothing is decoded, and what is not UTF-8 is left out.  Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace li {

// Of a header larger than this only the beginning is looked at.
inline constexpr std::size_t header_limit = 256u << 10;
inline constexpr std::size_t recipients_limit = 1023; // TS 102 232-2

struct MailView {
    std::string message_id;              // with <>, as it stands there
    std::string sender;                  // the first address of From
    std::vector<std::string> recipients; // of To and Cc
};

[[nodiscard]] MailView view(std::string_view mail);

} // namespace li
