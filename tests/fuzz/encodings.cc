// SPDX-License-Identifier: Apache-2.0
// Fuzz target: base64, hexadecimal, xtext and domain names.
#include "check.h"
#include "text/base64.h"
#include "text/domain.h"
#include "text/xtext.h"

using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = fuzz::text_of(data, size);
    promise(text::from_base64(text::base64(input)) == input);
    promise(text::from_hex(text::hex(input)) == input);
    promise(text::from_xtext(text::xtext(input)) == input);
    if (const auto bytes = text::from_base64(input))
        promise(text::base64(*bytes) == input);
    if (const auto bytes = text::from_xtext(input))
        promise(text::from_xtext(text::xtext(*bytes)) == bytes);
    if (const auto domain = text::normal_domain(input)) {
        promise(text::is_domain(*domain));
        promise(text::normal_domain(*domain) == domain);
    }
    if (const auto ip = text::literal_ip(input))
        promise(text::literal_ip((ip->contains(':') ? "IPv6:" : "") + *ip) == ip);
    return 0;
}
