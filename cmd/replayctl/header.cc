// SPDX-License-Identifier: Apache-2.0
#include "header.h"

#include "smtp/dsn_report.h"

#include <algorithm>

namespace replayctl {

namespace {

constexpr std::uint64_t first_look = 8u << 10;
constexpr std::uint64_t most_header = 128u << 10;

} // namespace

std::string header_of(spool::Reader& reader, const spool::Found& one)
{
    const auto message = reader.open(one.where);
    if (!message)
        return {};
    std::string text;
    for (const std::uint64_t most : {first_look, most_header}) {
        text = reader.read(*message, 0, std::min(message->size, most));
        const std::size_t size = smtp::header_of(text).size();
        const bool is_whole = size < text.size() || text.size() == message->size;
        text.resize(size);
        if (is_whole)
            break;
    }
    return text;
}

} // namespace replayctl
