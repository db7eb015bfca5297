// SPDX-License-Identifier: Apache-2.0
// handover/stored_contents.h - of what the contents of a file are that waits for a disc:
// told to the authority if they are destroyed.
//
//     CIN SIZE newline, the event in so many octets; for each content
#pragma once

#include "db/handover.h"
#include "li/event.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace handover {

struct StoredContent {
    std::uint32_t cin = 0;
    li::Event event;
};

struct StoredContents {
    std::vector<StoredContent> known;
    bool whole = true; // nothing was damaged
};

[[nodiscard]] std::string encode_contents(std::span<const db::HandoverItem> items);
// Never throws: what is damaged is left out.
[[nodiscard]] StoredContents decode_contents(std::string_view text);

} // namespace handover
