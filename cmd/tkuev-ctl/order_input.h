// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/order_input.h - where the fields of an order come from: options, a file,
// standard input, or questions on a terminal.
#pragma once

#include "command.h"
#include "conf/document.h"
#include "li/order.h"

#include <string>
#include <vector>

namespace tkuev {

struct OrderInput {
    std::vector<li::Entry> entries;
    std::vector<li::Fault> faults; // of the file as a file
};

// Throws base::Failure when a file cannot be read, or others could read its password.
// Asks on a terminal unless a file was named; `questions` are the fields to be asked for,
// `known` is what they are asked about.  Throws audit::GivenUp when the person goes away.
[[nodiscard]] OrderInput read_input(const Call& call,
                                    const std::vector<std::string>& questions,
                                    const std::vector<li::Entry>& known = {});
// A file of "key = value" that holds secrets; "-" is standard input.  Failure(fix_data) if
// others may read it, or it is none.
[[nodiscard]] conf::Document read_secrets(const std::string& name);
// Of the options alone.
[[nodiscard]] OrderInput read_options(const Call& call);
// No file was named, and there is a person to ask.
[[nodiscard]] bool asks_for_fields(const Call& call);
[[nodiscard]] bool says(const OrderInput& input, std::string_view field);

// What is said when a person goes away from the questions.
inline constexpr const char* gone_away =
    "interrupted: nothing was stored / abgebrochen: nichts wurde gespeichert";

// SHA-256 of a file, hexadecimal.
[[nodiscard]] std::string digest_of(const std::string& file);

} // namespace tkuev
