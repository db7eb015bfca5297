// SPDX-License-Identifier: Apache-2.0
// etsi/fit.h - makes an event fit the standard's fields without losing anything.
//
// What clients say can be longer than EmailIRI allows, or no UTF-8.  An event is owed all
// the same, so the field becomes a view of the value and the value itself goes, whole, into
// the national parameter.  Nothing is cut silently, and total-Recipient-Count stays true.
#pragma once

#include "etsi/email.h"
#include "etsi/national.h"

namespace etsi {

// Changes `iri` so that check() finds no fault with its texts, and returns the pairs to put
// into the national parameter:
//
//     full-sender, full-username, full-recipient (one each)  values that were cut or
//     changed recipients-cut                         how many were left out behind the
//     1023rd
//
// Octets that are no UTF-8 become U+FFFD; texts are cut between characters.  A recipient
// left out has a full-recipient, too.
[[nodiscard]] NationalPairs fit(EmailIri& iri);

// At most `most` characters of `text`, valid UTF-8.
[[nodiscard]] std::string fitting(std::string_view text, std::size_t most);
// At most `most` octets of `text`, which is UTF-8, cut between characters: for the octet
// strings that people read (operatorLeaMessage, alarm-information).
[[nodiscard]] std::string_view fitting_octets(std::string_view text, std::size_t most);

} // namespace etsi
