// SPDX-License-Identifier: Apache-2.0
// Fuzz target: fields, charsets, bodies and files of lib/mime, each for itself.
#include "check.h"
#include "mime/charset.h"
#include "mime/content.h"
#include "mime/parameters.h"
#include "mime/signature.h"
#include "mime/words.h"
#include "text/lines.h"

#include <algorithm>

using fuzz::promise;

namespace {

void read_fields(std::string_view input)
{
    promise(text::is_utf8(mime::decode_text(input)));
    const mime::Parameterised found = mime::parse_parameters(input);
    promise(text::is_utf8(found.name));
    promise(found.value.size() <= input.size());
    promise(found.boundary.size() <= 3 * input.size());
    (void)mime::is_media_type(found.value);
    (void)mime::encoding_of(input);
}

// The first line is the name of a charset.
void convert(std::string_view input)
{
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string text = mime::to_utf8(input.substr(end), input.substr(0, end));
    promise(text::is_utf8(text));
    bool cut = false;
    const std::string clean = mime::clean(input, 50, cut);
    promise(text::is_utf8(clean) && !text::has_control(clean) && clean.size() <= 50);
}

// The most that a body can come to: each octet a uuencoded line that announces 63.
constexpr std::size_t max_growth = 63;

void decode(mime::Encoding encoding, std::string_view body, std::size_t piece)
{
    mime::Content whole(encoding, max_growth * body.size());
    whole.take(body);
    whole.finish();
    promise(whole.size() == whole.front().size());
    mime::Content cut(encoding, piece * 3);
    for (std::size_t at = 0; at < body.size(); at += piece)
        cut.take(body.substr(at, piece));
    cut.finish();
    promise(cut.size() == whole.size());
    promise(cut.front() == whole.front().substr(0, cut.front().size()));
    promise(cut.front().size() >= std::min(piece * 3, whole.front().size()));
    promise(!mime::type_of(whole.front()).empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view input = fuzz::text_of(data + 1, size - 1);
    read_fields(input);
    convert(input);
    for (const auto encoding : {mime::Encoding::identity, mime::Encoding::base64,
                                mime::Encoding::quoted_printable, mime::Encoding::uuencode})
        decode(encoding, input, data[0] % 64 + 1U);
    return 0;
}
