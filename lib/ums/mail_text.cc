// SPDX-License-Identifier: Apache-2.0
#include "ums/mail_text.h"

#include "base/failure.h"
#include "smtp/dot_stuffer.h"
#include "smtp/dsn_report.h"

#include <algorithm>
#include <optional>

namespace ums {

namespace {

using smtp::DotStuffer;
using spool::ReadError;

constexpr std::size_t piece = 256u << 10;
constexpr std::size_t usual_header = 4096;

std::string head_of(const spool::Envelope& envelope)
{
    return "Return-Path: <" + envelope.sender + ">\r\n";
}

} // namespace

struct MailText::State {
    spool::Location where;
    spool::Message message;
    std::string head;     // not yet given
    std::uint64_t at = 0; // of the stored text
    DotStuffer lines{DotStuffer::Dots::kept};
    bool finished = false;
    std::optional<ReadError> error;

    [[nodiscard]] std::expected<std::string, ReadError> read(std::uint64_t from,
                                                             std::size_t count) const;
    [[nodiscard]] std::expected<std::uint64_t, ReadError> size_of_lines() const;
    [[nodiscard]] std::expected<std::uint64_t, ReadError> size_with_end() const;
};

std::expected<std::string, ReadError> MailText::State::read(std::uint64_t from,
                                                            std::size_t count) const
{
    try {
        std::string bytes = spool::Reader::read(message, from, count);
        // What is erased is marked first: bytes that were read before the mark are good.
        if (!spool::Reader::is_there(message, where))
            return std::unexpected(ReadError::gone);
        return bytes;
    } catch (const base::Failure&) {
        return std::unexpected(ReadError::damaged);
    }
}

std::expected<std::uint64_t, ReadError> MailText::State::size_of_lines() const
{
    DotStuffer ends(DotStuffer::Dots::kept);
    std::string out;
    std::uint64_t size = 0;
    for (std::uint64_t from = 0; from < message.size; from += piece) {
        const auto bytes = read(from, piece);
        if (!bytes)
            return std::unexpected(bytes.error());
        ends.feed(*bytes, out);
        size += out.size();
        out.clear();
    }
    ends.finish(out);
    return size + out.size();
}

std::expected<std::uint64_t, ReadError> MailText::State::size_with_end() const
{
    const std::uint64_t count = std::min<std::uint64_t>(message.size, 2);
    const auto end = read(message.size - count, static_cast<std::size_t>(count));
    if (!end)
        return std::unexpected(end.error());
    const bool open = !end->empty() && *end != "\r\n";
    return message.size + (open ? 2 : 0);
}

std::expected<MailText, ReadError>
MailText::open(spool::Reader& reader, spool::Location where, spool::MessageId id)
{
    try {
        auto message = reader.open(where);
        if (!message)
            return std::unexpected(message.error());
        if (message->envelope.id != id)
            return std::unexpected(ReadError::gone);
        auto state = std::make_shared<State>();
        state->where = where;
        state->message = std::move(*message);
        state->head = head_of(state->message.envelope);
        return MailText(std::move(state));
    } catch (const base::Failure&) {
        return std::unexpected(ReadError::damaged);
    }
}

const spool::Envelope& MailText::envelope() const
{
    return state_->message.envelope;
}

std::expected<std::string, ReadError> MailText::next(std::size_t most)
{
    State& state = *state_;
    if (state.error)
        return std::unexpected(*state.error);
    std::string out = std::exchange(state.head, {});
    while (out.empty() && !state.finished) {
        const auto bytes = state.read(state.at, std::max<std::size_t>(most, 1));
        if (!bytes) {
            state.error = bytes.error();
            return std::unexpected(bytes.error());
        }
        state.lines.feed(*bytes, out);
        state.at += bytes->size();
        state.finished = state.at >= state.message.size;
        if (state.finished)
            state.lines.finish(out);
    }
    return out;
}

// Only in BINARYMIME is there a CR or LF that is no line end (smtp/data_decoder.h).
std::expected<std::uint64_t, ReadError> MailText::size() const
{
    const State& state = *state_;
    const bool any_lines = envelope().body == spool::Body::binary_mime;
    const auto stored = any_lines ? state.size_of_lines() : state.size_with_end();
    if (!stored)
        return stored;
    return head_of(envelope()).size() + *stored;
}

std::expected<std::string, ReadError> MailText::header(std::size_t most) const
{
    auto bytes = state_->read(0, std::min(usual_header, most));
    if (bytes && smtp::header_of(*bytes).size() == bytes->size() && bytes->size() < most)
        bytes = state_->read(0, most);
    if (bytes)
        bytes->resize(smtp::header_of(*bytes).size());
    return bytes;
}

} // namespace ums
