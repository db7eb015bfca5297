// SPDX-License-Identifier: Apache-2.0
// li/order.h - from the fields of an order, as a form or a file names them, to a Measure.
//
// Pure.  The names are those of tkuev-order(5), English or as German forms have them
// ("Kennung", "Ziel-IP").  What a value alone shows to be wrong is a fault here; whether
// all of them together are an order that may be carried out, li/check.h says.
#pragma once

#include "li/measure.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace li {

struct Entry {
    std::string section; // "", "iri" or "cc": whose destination it tells of
    std::string key;
    std::string value;
    int line = 0; // of a file; 0: from elsewhere
};

// One formal fault, for the officer who reads it and the court that gets the order back.
struct Fault {
    std::string field; // its English name
    std::string english;
    std::string german;
    bool warning = false; // may be carried out all the same
    int line = 0;
    std::string section = {}; // "iri" or "cc": only of that destination
    bool unread = false;      // the value was not taken: what is meant is not known
    bool operator==(const Fault&) const = default;
};

struct Field {
    std::string_view name;
    std::string_view alias;    // German, folded: "zu-ueberwachende-kennung"
    std::string_view other;    // another alias, or empty
    std::string_view hint;     // for --help and questions
    bool confidential = false; // never on a command line
    bool destination = false;  // may stand in [iri] and [cc]
    bool repeatable = false;
};
[[nodiscard]] std::span<const Field> order_fields();
// By any of its names, in any case, with blanks or "_" for "-", with umlauts.
[[nodiscard]] const Field* find_field(std::string_view name);

struct Draft {
    Measure measure; // handle and life are not set
    std::vector<Fault> faults;
};

inline constexpr std::size_t most_identities = 64;

// `now` is when the order was received unless it says so itself.  A profile or method that
// cannot be read is taken to be one that the rest suits, so that the rest can be checked.
[[nodiscard]] Draft read_order(std::span<const Entry> entries, const Rules& rules,
                               Time now);

// "[2001:db8::1]:21", "192.0.2.1:21", "name:21", or without a port (then 0).
[[nodiscard]] std::optional<Peer> parse_peer(std::string_view text);

} // namespace li
