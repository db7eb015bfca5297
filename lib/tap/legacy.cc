// SPDX-License-Identifier: Apache-2.0
// A submitted record as it lies in the arena: what is known last, the length of the
// recipient's certificate, the certificate, and the event, li::encode().
#include "tap/outbox.h"

#include <cstddef>
#include <cstring>
#include <utility>

namespace tap {

namespace {

constexpr std::size_t id_size = 16; // a queue id is shorter

// In front of everything: it is written once more when the event has happened.
struct Late {
    std::int64_t time;
    std::uint64_t number;
    char queue_id[id_size]; // zeros behind it; nothing: that of the event
    std::uint64_t recipient;
};

} // namespace

std::string encode_late(const li::Event& event)
{
    Late late{
        .time = event.time, .number = event.tap_number, .queue_id = {}, .recipient = 0};
    if (event.queue_id.size() <= id_size)
        event.queue_id.copy(late.queue_id, id_size);
    return {reinterpret_cast<const char*>(&late), offsetof(Late, recipient)};
}

std::string encode(const Submitted& record)
{
    const std::uint64_t length = record.recipient.size();
    std::string text = encode_late(record.event);
    text.append(reinterpret_cast<const char*>(&length), sizeof length);
    text += record.recipient;
    text += li::encode(record.event);
    return text;
}

std::optional<Submitted> decode(const Arena::Found& found)
{
    Late late{};
    std::string_view text = found.text;
    if (text.size() < sizeof late)
        return std::nullopt;
    std::memcpy(&late, text.data(), sizeof late);
    text.remove_prefix(sizeof late);
    const std::uint64_t length = late.recipient;
    if (length > text.size())
        return std::nullopt;
    auto event = li::decode(text.substr(length));
    if (!event)
        return std::nullopt;
    event->time = late.time;
    event->tap_number = late.number;
    if (late.queue_id[0] != '\0')
        event->queue_id.assign(late.queue_id, ::strnlen(late.queue_id, id_size));
    Submitted record{.event = *std::move(event),
                     .content = nullptr,
                     .recipient = std::string(text.substr(0, length)),
                     .legacy = {},
                     .left = nullptr};
    record.event.recovered = true;
    if (found.content) {
        const auto content = std::make_shared<Gathered>(nullptr);
        content->append(*found.content);
        record.content = content;
    } else if (record.event.content_octets > 0 && record.event.content_lost.empty()) {
        record.event.content_lost = found.gave_content_up ? "disk" : "killed";
    }
    return record;
}

} // namespace tap
