// SPDX-License-Identifier: Apache-2.0
// session/incoming_message.h - a message on its way from the client into the log.
//
// Bytes go from the decoder into a draft; whatever is wrong - the message's form, its size,
// our disk - is remembered, the rest is read and dropped, and refusal() is what the client
// is told at the end.  Waits for nothing.
#pragma once

#include "base/failure.h"
#include "smtp/data_decoder.h"
#include "smtp/received.h"
#include "spool/writer.h"

#include <optional>
#include <string>
#include <string_view>

namespace session {

class IncomingMessage {
public:
    // `trace`: stored in front of what the client sends; the spool fills in the id.
    IncomingMessage(spool::Writer& writer, const smtp::Limits& limits,
                    smtp::DecoderOptions options, const smtp::Received& trace);

    // DATA: how many bytes belonged to the message, and whether it has ended.
    smtp::DataDecoder::Progress take(std::string_view bytes);
    // BDAT.
    void take_chunk(std::string_view bytes);
    void end_chunks();

    // Why it cannot be accepted; nothing if it can.
    [[nodiscard]] std::optional<smtp::Reply> refusal() const;
    // A disk trouble, for the log.
    [[nodiscard]] const std::optional<base::Failure>& failure() const { return failure_; }
    [[nodiscard]] const smtp::DataDecoder& decoder() const { return decoder_; }
    [[nodiscard]] std::uint64_t received() const { return received_; } // octets on the wire
    [[nodiscard]] std::uint64_t size() const { return decoder_.size(); }

    // The draft, to be committed.  Only once, and only without refusal().
    [[nodiscard]] spool::Draft hand_out();

private:
    void store();
    void append(std::string_view bytes);
    void append_trace(const smtp::Received& trace);
    void give_up(const base::Failure& failure);

    smtp::DataDecoder decoder_;
    smtp::DataDecoder::Spans spans_;
    std::optional<spool::Draft> draft_;
    std::optional<base::Failure> failure_;
    std::uint64_t received_ = 0;
};

// What the client is told when our disk fails: 452 when it is full, else 451.
[[nodiscard]] smtp::Reply reply_to(const base::Failure& failure);

} // namespace session
