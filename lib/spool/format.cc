// SPDX-License-Identifier: Apache-2.0
#include "spool/format.h"

#include "spool/sum.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstring>

namespace spool {

namespace {

constexpr std::string_view head_word = "sponts-segment 1 ";
constexpr std::string_view segment_word = "sponts-segment ";
constexpr std::string_view record_word = "sponts-record ";
constexpr std::string_view erased_word = "sponts-erased ";
constexpr std::string_view sealed_word = "sponts-sealed ";
constexpr std::array<std::string_view, 3> kind_words = {"own   ", "shared", "single"};
static_assert(kind_words.size() == static_cast<std::size_t>(SegmentKind::single) + 1);

// The shapes of the fixed lines; the digits are put into the places of the letters.
constexpr std::string_view header_shape = "sponts-record SSSSSSSSSS KKKKKKKKKKKKKKKK "
                                          "OOOOOOOO envelope EEEEEEEE message MMMMMMMM sum "
                                          "XXXXXXXXXXXXXXXX     \n";
constexpr std::string_view end_shape =
    "\nsponts-end IIIIIIIIIIIII message MMMMMMMM sum XXXXXXXXXXXXXXXX\n";
constexpr std::size_t at_segment = header_shape.find('S');
constexpr std::size_t at_key = header_shape.find('K');
constexpr std::size_t at_offset = header_shape.find('O');
constexpr std::size_t at_envelope = header_shape.find('E');
constexpr std::size_t at_message = header_shape.find('M');
constexpr std::size_t at_sum = header_shape.find('X');
constexpr std::size_t at_id = end_shape.find('I');
constexpr std::size_t at_end_message = end_shape.find('M');
constexpr std::size_t at_end_sum = end_shape.find('X');
static_assert(header_shape.size() == header_size && end_shape.size() == end_mark_size);
constexpr std::size_t id_digits = 13;
constexpr std::size_t head_sum_size = 22; // " sum ", 16 digits, newline

std::string padded(std::string line, std::size_t size)
{
    line.resize(size - 1, ' ');
    return line += '\n';
}

// Takes "word " off the front of the text.
bool take(std::string_view& text, std::string_view word)
{
    if (!text.starts_with(word))
        return false;
    text.remove_prefix(word.size());
    return true;
}

bool take_hex(std::string_view& text, std::size_t digits, std::uint64_t& value)
{
    if (text.size() <= digits || text[digits] != ' ')
        return false;
    const auto parsed = get_hex(text.substr(0, digits));
    text.remove_prefix(digits + 1);
    value = parsed.value_or(0);
    return parsed.has_value();
}

// Without it a changed key would make all records of the segment strangers.
bool has_own_sum(std::string_view head)
{
    const std::string_view line = head.substr(0, head_size - head_sum_size);
    return head.substr(line.size()) == fmt::format(" sum {:016x}\n", sum_of(line));
}

bool take_kind(std::string_view& text, SegmentKind& kind)
{
    for (std::size_t i = 0; i < kind_words.size(); ++i)
        if (take(text, kind_words[i])) {
            kind = static_cast<SegmentKind>(i);
            return true;
        }
    return false;
}

} // namespace

void put_hex(char* out, std::size_t digits, std::uint64_t value)
{
    for (std::size_t i = digits; i > 0; --i, value >>= 4)
        out[i - 1] = "0123456789abcdef"[value & 15];
}

std::optional<std::uint64_t> get_hex(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(text.begin(), text.end(), value, 16);
    if (error != std::errc{} || stop != text.end())
        return std::nullopt;
    return value;
}

std::string encode_head(const SegmentHead& head)
{
    const auto kind = static_cast<std::size_t>(head.kind);
    std::string line = fmt::format("{}{:010x} key {:016x} first {:08x} {} made {} by {}",
                                   head_word, head.number, head.key, head.first,
                                   kind_words[kind], head.made, head.by);
    line.resize(head_size - head_sum_size, ' ');
    return line + fmt::format(" sum {:016x}\n", sum_of(line));
}

std::optional<SegmentHead> parse_head(std::string_view text)
{
    SegmentHead head;
    std::uint64_t first = 0;
    if (text.size() != head_size || !has_own_sum(text) || !take(text, head_word) ||
        !take_hex(text, 10, head.number) || !take(text, "key ") ||
        !take_hex(text, 16, head.key) || !take(text, "first ") ||
        !take_hex(text, 8, first) || !take_kind(text, head.kind))
        return std::nullopt;
    if (first < head_size || first % record_alignment != 0)
        return std::nullopt;
    head.first = static_cast<std::uint32_t>(first);
    return head;
}

bool is_other_version(std::string_view head)
{
    return head.size() == head_size && head.starts_with(segment_word) &&
           !head.starts_with(head_word) && has_own_sum(head);
}

std::string header_start(SegmentNumber number, std::uint64_t key, bool erased)
{
    return fmt::format("{}{:010x} {:016x} ", erased ? erased_word : record_word, number,
                       key);
}

void encode_header(std::span<char, header_size> out, SegmentNumber number,
                   std::uint64_t key, std::uint32_t offset, const RecordHeader& header)
{
    std::memcpy(out.data(), header_shape.data(), header_size);
    if (header.erased)
        std::memcpy(out.data(), erased_word.data(), erased_word.size());
    put_hex(out.data() + at_segment, 10, number);
    put_hex(out.data() + at_key, 16, key);
    put_hex(out.data() + at_offset, 8, offset);
    put_hex(out.data() + at_envelope, 8, header.envelope);
    put_hex(out.data() + at_message, 8, header.message);
    put_hex(out.data() + at_sum, 16, header.sum);
}

std::optional<RecordHeader> parse_header(std::string_view text, SegmentNumber number,
                                         std::uint64_t key, std::uint32_t offset)
{
    if (text.size() < header_size)
        return std::nullopt;
    const auto envelope = get_hex(text.substr(at_envelope, 8));
    const auto message = get_hex(text.substr(at_message, 8));
    const auto sum = get_hex(text.substr(at_sum, 16));
    if (!envelope || !message || !sum || *envelope % record_alignment != 0)
        return std::nullopt;
    const RecordHeader header{text.starts_with(erased_word),
                              static_cast<std::uint32_t>(*envelope),
                              static_cast<std::uint32_t>(*message), *sum};
    // One way to write it: what does not come back byte for byte is no header.
    std::array<char, header_size> again;
    encode_header(again, number, key, offset, header);
    if (std::memcmp(again.data(), text.data(), header_size) != 0)
        return std::nullopt;
    return header;
}

void encode_end_mark(std::span<char, end_mark_size> out, const EndMark& mark)
{
    std::memcpy(out.data(), end_shape.data(), end_mark_size);
    mark.id.text().copy(out.data() + at_id, id_digits);
    put_hex(out.data() + at_end_message, 8, mark.message);
    put_hex(out.data() + at_end_sum, 16, mark.sum);
}

std::optional<EndMark> parse_end_mark(std::string_view text)
{
    if (text.size() < end_mark_size)
        return std::nullopt;
    const auto id = MessageId::parse(text.substr(at_id, id_digits));
    const auto message = get_hex(text.substr(at_end_message, 8));
    const auto sum = get_hex(text.substr(at_end_sum, 16));
    if (!id || !message || !sum)
        return std::nullopt;
    const EndMark mark{*id, static_cast<std::uint32_t>(*message), *sum};
    std::array<char, end_mark_size> again;
    encode_end_mark(again, mark);
    if (std::memcmp(again.data(), text.data(), end_mark_size) != 0)
        return std::nullopt;
    return mark;
}

std::string encode_sealed_mark(SegmentNumber number, std::uint64_t key,
                               std::uint64_t offset)
{
    return padded(
        fmt::format("{}{:010x} {:016x} {:016x}", sealed_word, number, key, offset),
        sealed_mark_size);
}

bool is_sealed_mark(std::string_view text, SegmentNumber number, std::uint64_t key,
                    std::uint64_t offset)
{
    return text == encode_sealed_mark(number, key, offset);
}

} // namespace spool
