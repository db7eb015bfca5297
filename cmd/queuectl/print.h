// SPDX-License-Identifier: Apache-2.0
// queuectl/print.h - one message as people and as programs read it.
//
// Everything is appended to a string that is used again: a million messages are not a
// million strings.
#pragma once

#include "spool/queue.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace queuectl {

// What is printed of one message.
struct Item {
    const spool::Entry& entry;
    const spool::Envelope& envelope;
    const spool::QueueView& view;
    bool active = false;
};

// The recipients of envelope and entry are the same by construction; a damaged file is not.
[[nodiscard]] std::uint32_t recipients(const Item& item);
// "active", "hold", "incoming", "deferred".
[[nodiscard]] std::string_view queue_name(const Item& item);
[[nodiscard]] std::string_view body_text(spool::Body body);
// Why this recipient waits: the latest answer, or why the whole message does.
[[nodiscard]] std::string_view reason_of(const Item& item, std::uint32_t recipient);

// Sendmail's mailq, as Postfix prints it: id and mark, size, arrival, sender; reasons in
// parentheses; who is waited for.
class MailqPrinter {
public:
    [[nodiscard]] static std::string_view header();
    void append(std::string& out, const Item& item);
    [[nodiscard]] static std::string total(std::uint64_t bytes, std::uint64_t messages);

private:
    void append_time(std::string& out, std::int64_t seconds);

    std::int64_t quarter_ = -1; // the quarter of an hour of which `text_` is the beginning
    std::string text_;          // "Sat Nov 21 22:45:00"
};

// The members of Postfix's "postqueue -j", then those of our own; one line.
void append_json(std::string& out, const Item& item);
// The same, with what only one message is asked for: client, parameters, finished
// recipients.
[[nodiscard]] std::string json_of_all(const Item& item);
[[nodiscard]] std::string text_of_all(const Item& item);

} // namespace queuectl
