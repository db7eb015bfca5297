// SPDX-License-Identifier: Apache-2.0
// queuectl/print.h - one message as people and as programs read it.
#pragma once

#include "spool/queue.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace queuectl {

using Json = nlohmann::ordered_json;

// What is printed of one message.
struct Item {
    const spool::Entry& entry;
    const spool::Envelope& envelope;
    const spool::QueueView& view;
    bool active = false;
};

// Sendmail's mailq, as Postfix prints it: id and mark, size, arrival, sender; reasons in
// parentheses; who is waited for.
[[nodiscard]] std::string mailq_header();
[[nodiscard]] std::string mailq_text(const Item& item);
[[nodiscard]] std::string mailq_total(std::uint64_t bytes, std::uint64_t messages);

// The members of Postfix's "postqueue -j", then those of our own.
[[nodiscard]] Json json_of(const Item& item);
// The same, with what only one message is asked for: client, parameters, finished
// recipients.
[[nodiscard]] Json json_of_all(const Item& item);
[[nodiscard]] std::string text_of_all(const Item& item);

// One line.  Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string dump(const Json& json);

// Printable: from outside, so control bytes are shown as "?".
[[nodiscard]] std::string printable(std::string_view text);

} // namespace queuectl
