// SPDX-License-Identifier: Apache-2.0
// handover/peer_key.h - which public key a server of a destination must have.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace handover {

// Of `keys` as in li::Destination::peer_key: SHA-256 in base64 of the key of this host (0:
// the first, then its standbys); the last goes for all that follow.  Empty: none is known.
[[nodiscard]] std::string peer_key_of(std::string_view keys, std::size_t host);

} // namespace handover
