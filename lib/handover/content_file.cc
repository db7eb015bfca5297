// SPDX-License-Identifier: Apache-2.0
// handover/content_file.cc - see the header.
#include "handover/content_file.h"

#include <algorithm>

namespace handover {

namespace {

bool has_dots(const li::Event& event)
{
    if (event.protocol == li::Protocol::pop3)
        return true;
    return event.protocol == li::Protocol::smtp &&
           std::ranges::any_of(event.features, [](const auto& feature) {
               return feature.first == "transfer" && feature.second == "DATA";
           });
}

std::string without_dots(std::string_view content)
{
    std::string out;
    out.reserve(content.size());
    bool line_start = true;
    while (!content.empty()) {
        if (line_start && content == ".\r\n")
            break;
        if (line_start && content.front() == '.')
            content.remove_prefix(1);
        const auto end = content.find("\r\n");
        const auto size = end == std::string_view::npos ? content.size() : end + 2;
        out += content.substr(0, size);
        content.remove_prefix(size);
        line_start = end != std::string_view::npos;
    }
    return out;
}

} // namespace

std::string message_of(const li::Event& event, std::string_view content)
{
    return has_dots(event) ? without_dots(content) : std::string(content);
}

} // namespace handover
