// SPDX-License-Identifier: Apache-2.0
// seal/strict.h - the parts of an envelope that no key protects.
#pragma once

#include "seal/keys.h"

#include <string_view>

namespace seal {

// True if version numbers, content type, the recipient's name and the length of the tag in
// this DER are those that RFC 5652 and RFC 5083 ask for.  OpenSSL does not look at them,
// and no key covers them.
[[nodiscard]] bool is_plain_envelope(std::string_view der, const Certificate& recipient);

} // namespace seal
