// SPDX-License-Identifier: Apache-2.0
// net/hmac.cc - see hmac.h.
#include "net/hmac.h"

#include "base/failure.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace net {

std::string hmac_sha256(std::string_view key, std::string_view text)
{
    std::string out(32, '\0');
    unsigned int length = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(),
             reinterpret_cast<unsigned char*>(out.data()), &length) == nullptr)
        throw base::Failure(base::Remedy::report_bug, "HMAC-SHA256 failed");
    out.resize(length);
    return out;
}

} // namespace net
