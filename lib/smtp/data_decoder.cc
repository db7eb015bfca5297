// SPDX-License-Identifier: Apache-2.0
// The scanner behind data_decoder.h.
//
// place_ says where the next byte stands; it is all that survives from one buffer to the
// next, so a border may fall anywhere.  Bytes whose meaning depends on what follows (CR, a
// dot at the beginning of a line) are held back: they are not in any span until we know.
//
//     place        next byte      becomes
//     line_start   "."            dot                (DATA only; else text)
//                  other          inside
//     inside       CR LF          line_start
//                  CR at the end  after_cr
//                  CR other       stray, inside
//                  LF             stray, after_lf
//     after_cr     LF             line_start
//                  other          stray, inside
//     after_lf     other          inside             (a dot here is text)
//     dot          CR             dot_cr
//                  other          inside             (the dot is gone)
//     dot_cr       LF             the end
//                  other          stray, inside      (the dot is gone)
#include "smtp/data_decoder.h"

#include <algorithm>
#include <cstring>

namespace smtp {

namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view blank = " ";

// Position of `byte` in input at or behind `from` and before `to`; `to` if there is none.
std::size_t find(std::string_view input, char byte, std::size_t from, std::size_t to)
{
    const void* found = std::memchr(input.data() + from, byte, to - from);
    if (found == nullptr)
        return to;
    return static_cast<std::size_t>(static_cast<const char*>(found) - input.data());
}

} // namespace

struct DataDecoder::Scan {
    std::string_view input;
    Spans& out;
    bool dots;               // DATA: a dot at a line start has a meaning
    std::size_t at = 0;      // next byte to look at
    std::size_t start = 0;   // first byte that is neither emitted nor dropped
    std::size_t newline = 0; // next LF at or behind `at`, once it has been looked for
    bool newline_known = false;
    bool ended = false;

    [[nodiscard]] char next() const { return input[at]; }
    [[nodiscard]] std::string_view pending() const
    {
        return input.substr(start, at - start);
    }
    void drop(std::size_t bytes)
    {
        at += bytes;
        start = at;
    }
};

DataDecoder::DataDecoder(const Limits& limits, DecoderOptions options)
    : limits_(limits), options_(options)
{
}

DataDecoder::Progress DataDecoder::data(std::string_view input, Spans& out)
{
    Scan way{.input = input, .out = out, .dots = true};
    scan(way);
    if (way.ended)
        finish();
    return {way.at, way.ended};
}

void DataDecoder::chunk(std::string_view input, Spans& out)
{
    if (options_.binary)
        return binary_chunk(input, out);
    Scan way{.input = input, .out = out, .dots = false};
    scan(way);
}

void DataDecoder::end_chunks(Spans& out)
{
    if (!options_.binary && place_ == Place::after_cr) {
        note(Trouble::bare_cr);
        emit(out, blank);
        place_ = Place::inside;
    }
    finish();
}

void DataDecoder::scan(Scan& way)
{
    while (way.at < way.input.size() && !way.ended) {
        switch (place_) {
        case Place::line_start:
        case Place::after_lf:
            begin_line(way);
            break;
        case Place::inside:
            run(way);
            break;
        case Place::after_cr:
            behind_cr(way);
            break;
        case Place::dot:
            behind_dot(way);
            break;
        case Place::dot_cr:
            behind_dot_cr(way);
            break;
        }
    }
    if (!way.ended)
        emit(way.out, way.pending());
}

void DataDecoder::begin_line(Scan& way)
{
    const bool dot = way.next() == '.';
    if (dot && way.dots && place_ == Place::line_start) {
        emit(way.out, way.pending());
        way.drop(1);
        place_ = Place::dot;
        return;
    }
    dot_lines_ |= dot;
    place_ = Place::inside;
}

void DataDecoder::behind_dot(Scan& way)
{
    if (way.next() == '\r') {
        way.drop(1);
        place_ = Place::dot_cr;
        return;
    }
    dot_lines_ |= way.next() == '.';
    place_ = Place::inside;
}

void DataDecoder::behind_dot_cr(Scan& way)
{
    if (way.next() == '\n') {
        way.drop(1);
        way.ended = true;
        place_ = Place::line_start;
        return;
    }
    behind_cr(way); // the dot is gone, its CR is a stray one
}

void DataDecoder::behind_cr(Scan& way)
{
    if (way.next() == '\n') {
        emit(way.out, crlf);
        way.drop(1);
        end_line();
        place_ = Place::line_start;
        return;
    }
    note(Trouble::bare_cr);
    emit(way.out, blank);
    grow_line(1);
    place_ = Place::inside;
}

// From inside a line to its end, to something stray, or to the end of the input.
void DataDecoder::run(Scan& way)
{
    const std::size_t size = way.input.size();
    if (!way.newline_known || way.newline < way.at) {
        way.newline = find(way.input, '\n', way.at, size);
        way.newline_known = true;
    }
    const std::size_t lf = way.newline;
    const std::size_t cr = find(way.input, '\r', way.at, lf);
    grow_line(cr - way.at);
    way.at = cr;
    if (cr == size) // neither: the line goes on in the next input
        return;
    if (cr + 1 == lf && lf < size) {
        way.at = lf + 1;
        end_line();
        place_ = Place::line_start;
        return;
    }
    emit(way.out, way.pending());
    way.drop(1);
    if (cr == lf) {
        note(Trouble::bare_lf);
        emit(way.out, crlf);
        end_line();
        place_ = Place::after_lf;
    } else {
        place_ = Place::after_cr;
    }
}

void DataDecoder::grow_line(std::size_t bytes)
{
    line_ += bytes;
    longest_line_ = std::max(longest_line_, line_);
    if (limits_.text_line != 0 && line_ > limits_.text_line)
        note(Trouble::line_too_long);
}

void DataDecoder::end_line()
{
    line_ = 0;
}

// Nothing is looked for; only whether the last bytes are a CRLF is remembered.
void DataDecoder::binary_chunk(std::string_view input, Spans& out)
{
    if (input.empty())
        return;
    dot_lines_ = true;
    const bool cr_before =
        input.size() > 1 ? input[input.size() - 2] == '\r' : place_ == Place::after_cr;
    if (input.back() == '\r')
        place_ = Place::after_cr;
    else
        place_ = input.back() == '\n' && cr_before ? Place::line_start : Place::inside;
    emit(out, input);
}

void DataDecoder::finish()
{
    header_.finish();
}

void DataDecoder::emit(Spans& out, std::string_view bytes)
{
    if (bytes.empty() || trouble_ != Trouble::none)
        return;
    if (limits_.message_size != 0 && bytes.size() > limits_.message_size - size_)
        return note(Trouble::too_big);
    size_ += bytes.size();
    look(bytes);
    if (!header_.done())
        look_at_header(bytes);
    if (trouble_ == Trouble::none)
        out.push_back(bytes);
}

void DataDecoder::look(std::string_view bytes)
{
    if (!nul_ && std::memchr(bytes.data(), '\0', bytes.size()) != nullptr) {
        nul_ = true;
        if (options_.refuse_nul && !options_.binary)
            note(Trouble::nul);
    }
    if (eight_bit_)
        return;
    unsigned char seen = 0;
    for (const unsigned char c : bytes) // vectorised by the compiler
        seen |= c;
    eight_bit_ = seen >= 0x80;
}

void DataDecoder::look_at_header(std::string_view bytes)
{
    header_.scan(bytes);
    if (header_.size() > limits_.header_size)
        note(Trouble::header_too_big);
    else if (header_.fields() > limits_.header_fields)
        note(Trouble::too_many_fields);
    else if (header_.received() > limits_.hops)
        note(Trouble::too_many_hops);
}

// The first trouble is what the client is told.
void DataDecoder::note(Trouble trouble)
{
    const bool stray = trouble == Trouble::bare_lf || trouble == Trouble::bare_cr;
    if (stray && options_.stray_newline == StrayNewline::normalise)
        return;
    if (trouble_ == Trouble::none)
        trouble_ = trouble;
}

std::optional<Reply> DataDecoder::refusal() const
{
    if (trouble_ == Trouble::none)
        return std::nullopt;
    return refusal_for(trouble_);
}

Reply refusal_for(Trouble trouble)
{
    switch (trouble) {
    case Trouble::none:
        break;
    case Trouble::bare_lf:
        return {550, "5.6.11", "message holds LF without CR (RFC 5321 2.3.8)"};
    case Trouble::bare_cr:
        return {550, "5.6.11", "message holds CR without LF (RFC 5321 2.3.8)"};
    case Trouble::nul:
        return {550, "5.6.0", "message holds NUL without BODY=BINARYMIME"};
    case Trouble::too_big:
        return {552, "5.3.4", "message is too big"};
    case Trouble::line_too_long:
        return {550, "5.6.0", "message holds a line that is too long"};
    case Trouble::header_too_big:
        return {552, "5.3.4", "message header is too big"};
    case Trouble::too_many_fields:
        return {552, "5.3.4", "message header has too many fields"};
    case Trouble::too_many_hops:
        return {554, "5.4.6", "too many Received fields: mail loop"};
    }
    return {250, "2.0.0", "ok"};
}

} // namespace smtp
