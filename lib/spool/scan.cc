// SPDX-License-Identifier: Apache-2.0
#include "spool/scan.h"

#include "spool/sum.h"

#include <algorithm>
#include <cstring>

namespace spool {

namespace {

constexpr std::size_t small_record = 16u << 10;
constexpr std::size_t ahead_small = 64u << 10; // many small records with one read
constexpr std::size_t ahead_large = 4u << 10;  // end mark, next header and envelope
constexpr std::size_t search_step = 256u << 10;
constexpr std::size_t word_size = 14; // of "sponts-record "

// The envelope without its blank line and padding.
std::string_view without_padding(std::string_view text)
{
    const std::size_t last = text.find_last_not_of('\n');
    return text.substr(0, last == text.npos ? 0 : last + 2);
}

} // namespace

bool Scan::broken(Scanned& out, std::string_view why) const
{
    out.why = why;
    return false;
}

bool Scan::read_envelope(std::uint64_t offset, Scanned& out)
{
    const std::string_view text = window_.bytes(offset + header_size, out.header.envelope);
    if (text.size() < out.header.envelope || sum_of(text) != out.header.sum)
        return broken(out, "checksum of the envelope");
    const auto wrong = decode_to(out.envelope, without_padding(text));
    return !wrong || broken(out, *wrong);
}

bool Scan::read_end_mark(std::uint64_t offset, Scanned& out)
{
    const auto mark =
        parse_end_mark(window_.bytes(offset + out.header.end_mark_offset(), end_mark_size));
    if (!mark || mark->message != out.header.message || mark->id != out.envelope.id)
        return broken(out, "end mark");
    out.sum = mark->sum;
    return true;
}

std::uint64_t Scan::sum_of_message(std::uint64_t from, std::uint64_t size)
{
    Sum sum;
    while (size > 0) {
        const std::string_view part =
            window_.bytes(from, std::min<std::uint64_t>(size, search_step));
        if (part.empty())
            break;
        sum.add(part);
        from += part.size();
        size -= part.size();
    }
    return sum.value();
}

Scan::Kind Scan::examine(std::uint64_t offset, Trust trust, Scanned& out)
{
    const auto at = static_cast<std::uint32_t>(offset);
    out.where = {head_.number, at};
    const std::string_view text = window_.bytes(offset, header_size);
    const auto header = parse_header(text, head_.number, head_.key, at);
    if (!header) {
        out.why = "record header";
        return is_sealed_mark(text.substr(0, sealed_mark_size), head_.number, head_.key,
                              offset)
                   ? Kind::sealed
                   : Kind::broken;
    }
    out.header = *header;
    if (offset + header->size() > window_.limit()) {
        out.why = "longer than its segment";
        return Kind::broken;
    }
    if (header->erased)
        return Kind::erased;
    window_.read_ahead(header->size() <= small_record ? ahead_small : ahead_large);
    if (!read_envelope(offset, out) || !read_end_mark(offset, out))
        return Kind::broken;
    if (trust == Trust::checksums &&
        sum_of_message(offset + header->message_offset(), header->message) != out.sum) {
        out.why = "checksum of the message";
        return Kind::broken;
    }
    return Kind::record;
}

// The key of the segment makes it impossible to plant a header in a message.
std::uint64_t Scan::find_header(std::uint64_t from)
{
    const std::string wanted =
        header_start(head_.number, head_.key, false).substr(word_size);
    while (from < window_.limit()) {
        const std::string_view text = window_.bytes(from, search_step);
        const std::size_t found = text.find(wanted, word_size);
        if (found == text.npos) {
            if (text.size() < search_step)
                break;
            from += text.size() - header_size;
            continue;
        }
        const std::uint64_t at = from + found - word_size;
        const auto place = static_cast<std::uint32_t>(at);
        if (at % record_alignment == 0 &&
            parse_header(window_.bytes(at, header_size), head_.number, head_.key, place))
            return at;
        from = at + 1;
    }
    return window_.limit();
}

Scan::Step Scan::next(std::uint64_t& offset, Trust trust, Scanned& out)
{
    while (offset < window_.limit()) {
        switch (examine(offset, trust, out)) {
        case Kind::record:
            offset += out.header.size();
            return Step::record;
        case Kind::erased:
            offset += out.header.size();
            continue;
        case Kind::sealed:
            return Step::end;
        case Kind::broken:
            break;
        }
        const std::uint64_t next = find_header(offset + 1);
        if (next == window_.limit() && trust == Trust::checksums)
            return Step::end;
        offset = next;
        return Step::damaged;
    }
    return Step::end;
}

} // namespace spool
