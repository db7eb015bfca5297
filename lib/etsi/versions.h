// SPDX-License-Identifier: Apache-2.0
// etsi/versions.h - the versions of the two ASN.1 modules, and from which one on we send
// what.
//
// A decoder that was generated for a version may be told of additions only with that
// version's number or a later one.  Full schemas at hand were those of header 40 and 43 and
// of e-mail 20; for the years between, only what receivers of that age are known to read is
// sent.  A field may therefore be missing under an old number although its schema had it
// already; never the other way round.
#pragma once

namespace etsi {

// TS 102 232-1, genHeader.
inline constexpr unsigned newest_header = 43; // V3.38.1 (2026-08)
inline constexpr unsigned oldest_header = 5;  // the first in which checks name a dataType
// interceptionPointID, microSecondTimeStamp, hI1-Operation, transport messages above
// lastSegmentFlag, algorithms in checks.  Before: timeStamp as GeneralizedTime.
inline constexpr unsigned header_with_microseconds = 17;
inline constexpr unsigned header_with_qualifier = 40; // timeStampQualifier, edDSA

// TS 102 232-2, email.
inline constexpr unsigned newest_email = 20;
inline constexpr unsigned oldest_email = 15;
inline constexpr unsigned email_with_imap_login = 20; // iMAPAAAInformation; NAT mark

} // namespace etsi
