// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the end of data.  However the input is cut, the result is the same; the end
// is CRLF.CRLF and nothing else; what is stored holds no stray newline.
#include "smtp/data_decoder.h"

#include "check.h"

#include <string>

using fuzz::promise;
using smtp::DataDecoder;

namespace {

struct Outcome {
    std::string stored;
    std::size_t consumed = 0;
    bool ended = false;
    bool dot_lines = false;
    bool eight_bit = false;
    smtp::Trouble trouble = smtp::Trouble::none;
    std::size_t longest_line = 0;
    std::uint32_t fields = 0;
    bool operator==(const Outcome&) const = default;
};

// Pieces of (seed % 7) + 1, then other sizes; 0: all at once.
Outcome decode(std::string_view input, smtp::StrayNewline policy, unsigned seed)
{
    smtp::Limits limits;
    limits.message_size = 0;
    DataDecoder decoder(limits, {.stray_newline = policy});
    Outcome outcome;
    while (!input.empty() && !outcome.ended) {
        const std::size_t piece = seed == 0 ? input.size() : seed % 7 + 1;
        const std::string buffer(input.substr(0, piece));
        DataDecoder::Spans spans;
        const auto progress = decoder.data(buffer, spans);
        for (const std::string_view span : spans)
            outcome.stored += span;
        outcome.ended = progress.ended;
        outcome.consumed += progress.consumed;
        input.remove_prefix(progress.consumed);
        seed = seed * 5 + (seed == 0 ? 0 : 3);
    }
    outcome.dot_lines = decoder.dot_lines();
    outcome.eight_bit = decoder.eight_bit();
    outcome.trouble = decoder.trouble();
    outcome.longest_line = decoder.longest_line();
    outcome.fields = decoder.header().fields();
    return outcome;
}

void check_end(std::string_view input, const Outcome& outcome)
{
    const std::string whole = "\r\n" + std::string(input);
    const std::size_t end = whole.find("\r\n.\r\n");
    promise(outcome.ended == (end != std::string::npos));
    if (outcome.ended)
        promise(outcome.consumed == end + 5 - 2);
}

// No line of it begins with a dot unless that was said; no newline but CRLF.
void check_stored(std::string text, bool dot_lines)
{
    promise(dot_lines == (("\r\n" + text).find("\r\n.") != std::string::npos));
    for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string::npos;)
        text.replace(at, 2, "x");
    promise(text.find_first_of("\r\n") == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    const std::string_view input = fuzz::text_of(data + 1, size - 1);
    for (const auto policy : {smtp::StrayNewline::refuse, smtp::StrayNewline::normalise}) {
        const Outcome whole = decode(input, policy, 0);
        Outcome cut = decode(input, policy, data[0] + 1U);
        promise(cut.trouble == whole.trouble);
        if (whole.trouble != smtp::Trouble::none) {
            // How much was stored before the trouble depends on the buffers.
            promise(cut.ended == whole.ended && cut.consumed == whole.consumed);
        } else {
            promise(cut == whole);
            check_stored(whole.stored, whole.dot_lines);
        }
        check_end(input, whole);
    }
    return 0;
}
