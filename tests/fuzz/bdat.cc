// SPDX-License-Identifier: Apache-2.0
// Fuzz target: BDAT.  Chunks of any size give the same message; nothing in them is a mark.
#include "check.h"
#include "smtp/data_decoder.h"

#include <algorithm>
#include <string>

using fuzz::promise;
using smtp::DataDecoder;

namespace {

struct Outcome {
    std::string stored;
    smtp::Trouble trouble = smtp::Trouble::none;
    bool newline = false;
    bool operator==(const Outcome&) const = default;
};

Outcome decode(std::string_view input, smtp::DecoderOptions options, std::size_t piece)
{
    smtp::Limits limits;
    limits.message_size = 0;
    DataDecoder decoder(limits, options);
    Outcome outcome;
    const auto take = [&outcome](const DataDecoder::Spans& spans) {
        for (const std::string_view span : spans)
            outcome.stored += span;
    };
    while (!input.empty()) {
        const std::string buffer(input.substr(0, piece));
        DataDecoder::Spans spans;
        decoder.chunk(buffer, spans);
        take(spans);
        input.remove_prefix(buffer.size());
    }
    DataDecoder::Spans spans;
    decoder.end_chunks(spans);
    take(spans);
    outcome.trouble = decoder.trouble();
    outcome.newline = decoder.ends_with_newline();
    if (outcome.trouble != smtp::Trouble::none)
        outcome.stored.clear(); // how much came before depends on the buffers
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    const std::string_view input = fuzz::text_of(data + 1, size - 1);
    const std::size_t piece = data[0] % 16 + 1U;
    for (const auto policy : {smtp::StrayNewline::refuse, smtp::StrayNewline::normalise})
        for (const bool binary : {false, true}) {
            const smtp::DecoderOptions options{.stray_newline = policy, .binary = binary};
            const Outcome whole = decode(input, options, std::max<std::size_t>(size, 1));
            promise(decode(input, options, piece) == whole);
            if (binary || (policy == smtp::StrayNewline::refuse &&
                           whole.trouble == smtp::Trouble::none))
                promise(whole.stored == input);
        }
    return 0;
}
