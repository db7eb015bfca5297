// SPDX-License-Identifier: Apache-2.0
// db/fields.h - what may stand in a column.  Each function returns the form that is stored
// (lower case, A-labels ...), or a few words about what is wrong with the text.
//
// They say whether a value is well formed, not whether the host, file or domain exists.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace db {

using Checked = std::expected<std::string, std::string>;

// Longest user name, comment and file name; addresses and domains have their own limits.
inline constexpr std::size_t max_name = 255;
inline constexpr std::size_t max_comment = 1000;
inline constexpr std::size_t max_file_name = 4095;

[[nodiscard]] Checked check_tenant(std::string_view text); // may be empty
[[nodiscard]] Checked check_comment(std::string_view text);
[[nodiscard]] Checked check_domain(std::string_view text);
// Of the table addresses: the local part in lower case, so that it matches every case.
[[nodiscard]] Checked check_address(std::string_view text);
// Where mail goes to: the local part as it is.  May be empty.
[[nodiscard]] Checked check_target(std::string_view text);
// In lower case.  A login name that is no domain is taken, too: check_mail_pattern() does
// not.
[[nodiscard]] Checked check_pattern(std::string_view text);
[[nodiscard]] Checked check_mail_pattern(std::string_view text);
[[nodiscard]] Checked check_host(std::string_view text);
[[nodiscard]] Checked check_tls_name(std::string_view text);
[[nodiscard]] Checked check_port(std::string_view text);
[[nodiscard]] Checked check_priority(std::string_view text);
// "1", "yes", "true", "on" and their opposites; stored as 1 and 0.
[[nodiscard]] Checked check_flag(std::string_view text);
[[nodiscard]] Checked check_verify(std::string_view text);
[[nodiscard]] Checked check_protocol(std::string_view text);
[[nodiscard]] Checked check_tls(std::string_view text);
[[nodiscard]] Checked check_client_info(std::string_view text);
[[nodiscard]] Checked check_kind(std::string_view text);
// 64 hexadecimal digits, colons between bytes are dropped.  May be empty.
[[nodiscard]] Checked check_fingerprint(std::string_view text);
// An absolute file name without ".." and control bytes.  May be empty.
[[nodiscard]] Checked check_file(std::string_view text);
[[nodiscard]] Checked check_username(std::string_view text); // may be empty
[[nodiscard]] Checked check_user(std::string_view text);
// Of passwd(5): no blanks, colons or control bytes, no "-" in front.
[[nodiscard]] Checked check_system_user(std::string_view text);
[[nodiscard]] Checked check_password(std::string_view text);
[[nodiscard]] Checked check_password_hash(std::string_view text); // may be empty
[[nodiscard]] Checked check_scram(std::string_view text);         // may be empty

} // namespace db
