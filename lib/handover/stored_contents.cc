// SPDX-License-Identifier: Apache-2.0
// handover/stored_contents.cc - see the header.
#include "handover/stored_contents.h"

#include <charconv>
#include <utility>

namespace handover {

namespace {

// A number and the sign that ends it leave the text; false: they do not stand there.
template <class Number>
bool take_number(std::string_view& text, char sign, Number& number)
{
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || rest == end || *rest != sign)
        return false;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
    return true;
}

} // namespace

std::string encode_contents(std::span<const db::HandoverItem> items)
{
    std::string out;
    for (const db::HandoverItem& item : items)
        out += std::to_string(item.cin) + ' ' + std::to_string(item.text.size()) + '\n' +
               item.text;
    return out;
}

StoredContents decode_contents(std::string_view text)
{
    StoredContents out;
    while (!text.empty()) {
        std::uint32_t cin = 0;
        std::size_t size = 0;
        if (!take_number(text, ' ', cin) || !take_number(text, '\n', size) ||
            size > text.size()) {
            out.whole = false;
            break; // nobody knows where the next one begins
        }
        if (auto event = li::decode(text.substr(0, size)))
            out.known.push_back({cin, *std::move(event)});
        else
            out.whole = false;
        text.remove_prefix(size);
    }
    return out;
}

} // namespace handover
