// SPDX-License-Identifier: Apache-2.0
// sasl/plain.cc - see the header.
#include "sasl/plain.h"

namespace sasl {

namespace {

constexpr char nul = '\0';

} // namespace

std::optional<Plain> parse_plain(std::string_view message)
{
    constexpr std::size_t npos = std::string_view::npos;
    const std::size_t first = message.find(nul);
    const std::size_t second = first == npos ? npos : message.find(nul, first + 1);
    if (second == npos)
        return std::nullopt;
    return Plain{.acts_as = message.substr(0, first),
                 .user = message.substr(first + 1, second - first - 1),
                 .password = message.substr(second + 1)};
}

std::string plain_message(std::string_view user, std::string_view password)
{
    std::string message;
    message.reserve(user.size() + password.size() + 2);
    message += nul;
    message += user;
    message += nul;
    message += password;
    return message;
}

} // namespace sasl
