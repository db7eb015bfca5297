// SPDX-License-Identifier: Apache-2.0
#include "pop3/capabilities.h"

#include "text/lines.h"

#include <algorithm>
#include <array>

namespace pop3 {

namespace {

// Between client and proxy, or between proxy and server, but never through the proxy.
constexpr std::array<std::string_view, 5> of_one_leg{"STLS", "USER", "SASL", "XCLIENT",
                                                     "XOIP"};

std::string_view tag_of(std::string_view line)
{
    return line.substr(0, std::min(line.find(' '), line.size()));
}

bool passes_through(std::string_view line)
{
    return std::none_of(of_one_leg.begin(), of_one_leg.end(), [&](std::string_view tag) {
        return text::equal_ignoring_case(tag, tag_of(line));
    });
}

} // namespace

void Capabilities::add(std::string_view line)
{
    line = text::trim(line);
    if (!line.empty() && !text::has_control(line))
        lines_.emplace_back(line);
}

const std::string* Capabilities::find(std::string_view tag) const
{
    const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const auto& line) {
        return text::equal_ignoring_case(tag_of(line), tag);
    });
    return found == lines_.end() ? nullptr : &*found;
}

bool Capabilities::has(std::string_view tag) const
{
    return find(tag) != nullptr;
}

std::string_view Capabilities::parameters(std::string_view tag) const
{
    const std::string* line = find(tag);
    if (line == nullptr)
        return {};
    return text::trim(std::string_view(*line).substr(tag_of(*line).size()));
}

bool Capabilities::has(std::string_view tag, std::string_view parameter) const
{
    for (std::string_view rest = parameters(tag); !rest.empty();) {
        const std::string_view word = tag_of(rest);
        if (text::equal_ignoring_case(word, parameter))
            return true;
        rest = text::trim(rest.substr(word.size()));
    }
    return false;
}

std::string announce(const Capabilities& server, const Offer& offer)
{
    std::string answer = "+OK\r\n";
    for (const std::string& line : server.lines())
        if (passes_through(line))
            answer += line + "\r\n";
    if (offer.stls)
        answer += "STLS\r\n";
    if (offer.user)
        answer += "USER\r\n";
    if (!offer.mechanisms.empty()) {
        answer += "SASL";
        for (const std::string& mechanism : offer.mechanisms)
            answer += " " + mechanism;
        answer += "\r\n";
    }
    return answer + ".\r\n";
}

} // namespace pop3
