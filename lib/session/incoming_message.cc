// SPDX-License-Identifier: Apache-2.0
// session/incoming_message.cc - see the header.

#include "session/incoming_message.h"

#include <cassert>

namespace session {

namespace {

constexpr std::size_t kKeptSpans = 256; // 4 kB; ordinary text needs a few

} // namespace

smtp::Reply reply_to(const base::Failure& failure)
{
    if (failure.disk_full())
        return {452, "4.3.1", "not stored: no space left, try again later"};
    return {451, "4.3.0", "not stored, try again later"};
}

IncomingMessage::IncomingMessage(spool::Writer& writer, const smtp::Limits& limits,
                                 smtp::DecoderOptions options, const smtp::Received& trace)
    : decoder_(limits, options)
{
    try {
        draft_.emplace(writer.begin());
        append_trace(trace);
    } catch (const base::Failure& failure) {
        give_up(failure);
    }
}

void IncomingMessage::append_trace(const smtp::Received& trace)
{
    const std::string_view text = trace.text;
    std::size_t done = 0;
    for (const std::size_t id_at : trace.ids) {
        draft_->append(text.substr(done, id_at - done));
        draft_->append_id();
        done = id_at + spool::Draft::id_size;
    }
    draft_->append(text.substr(done));
}

// The draft goes at once: what it had taken on the disk may be what others need.
void IncomingMessage::give_up(const base::Failure& failure)
{
    failure_ = failure;
    draft_.reset();
}

void IncomingMessage::append(std::string_view bytes)
{
    if (!draft_)
        return;
    try {
        draft_->append(bytes);
    } catch (const base::Failure& failure) {
        give_up(failure);
    }
}

void IncomingMessage::store()
{
    for (const std::string_view span : spans_)
        append(span);
    spans_.clear();
    if (spans_.capacity() > kKeptSpans) // a line of it was a dot each: not while we wait
        smtp::DataDecoder::Spans().swap(spans_);
    if (decoder_.trouble() != smtp::Trouble::none)
        draft_.reset();
}

smtp::DataDecoder::Progress IncomingMessage::take(std::string_view bytes)
{
    const smtp::DataDecoder::Progress progress = decoder_.data(bytes, spans_);
    received_ += progress.consumed;
    store();
    return progress;
}

void IncomingMessage::take_chunk(std::string_view bytes)
{
    decoder_.chunk(bytes, spans_);
    received_ += bytes.size();
    store();
}

void IncomingMessage::end_chunks()
{
    decoder_.end_chunks(spans_);
    store();
}

std::optional<smtp::Reply> IncomingMessage::refusal() const
{
    if (std::optional<smtp::Reply> reply = decoder_.refusal())
        return reply;
    if (failure_)
        return reply_to(*failure_);
    return std::nullopt;
}

spool::Draft IncomingMessage::hand_out()
{
    assert(draft_);
    spool::Draft draft = std::move(*draft_);
    draft_.reset();
    return draft;
}

} // namespace session
