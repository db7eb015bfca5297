// SPDX-License-Identifier: Apache-2.0
#include "tap/ratchet.h"

#include "seal/digest.h"

#include <cstring>

namespace tap {

Ratchet::~Ratchet()
{
    ::explicit_bzero(chain_.data(), chain_.size());
}

seal::Key Ratchet::derive(std::string_view purpose) const
{
    return seal::hmac_sha256({reinterpret_cast<const char*>(chain_.data()), chain_.size()},
                             purpose);
}

void Ratchet::advance()
{
    chain_ = derive("next");
    ++number_;
}

} // namespace tap
