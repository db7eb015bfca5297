// SPDX-License-Identifier: Apache-2.0
#include "spool/record.h"

#include "base/failure.h"
#include "spool/sum.h"

#include <algorithm>

namespace spool {

namespace {

constexpr std::size_t usual_envelope = 512;
constexpr std::size_t usual_recipient = 64;

constexpr std::string_view id_key = "id "; // the first line of an envelope

} // namespace

RecordText begin_record(const Envelope& envelope)
{
    RecordText text{.prefix = {}, .tail = {}};
    std::string& prefix = text.prefix;
    prefix.reserve(usual_envelope + envelope.recipients.size() * usual_recipient);
    prefix.resize(header_size);
    encode_to(prefix, envelope);
    prefix.resize(aligned(prefix.size() + 1), '\n');
    if (prefix.size() > max_envelope)
        throw base::Failure(base::Remedy::fix_data, "write envelope: more than 3 MB");
    return text;
}

void place_record(RecordText& text, const RecordPlace& place, MessageId id,
                  std::uint32_t message_size, std::uint64_t message_sum)
{
    id.text().copy(text.prefix.data() + header_size + id_key.size(), id.text().size());
    RecordHeader header;
    header.envelope = static_cast<std::uint32_t>(text.prefix.size() - header_size);
    header.message = message_size;
    header.sum = sum_of(std::string_view(text.prefix).substr(header_size));
    encode_header(std::span<char, header_size>(text.prefix.data(), header_size),
                  place.segment, place.key, place.offset, header);
    text.tail_size = header.size() - header.end_mark_offset();
    std::fill(text.tail.begin() + end_mark_size, text.tail.end(), '\n');
    encode_end_mark(std::span(text.tail).first<end_mark_size>(),
                    {id, message_size, message_sum});
}

std::uint64_t record_size(const RecordText& text, std::uint64_t message_size)
{
    return aligned(text.prefix.size() + message_size + end_mark_size);
}

} // namespace spool
