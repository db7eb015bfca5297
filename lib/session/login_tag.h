// SPDX-License-Identifier: Apache-2.0
// session/login_tag.h - a keyed hash by which a process knows a login again.
//
// argon2id with a random secret of this process and the smallest costs, so that a memory
// image shows no password.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace session {

using LoginTag = std::string;

class LoginTags {
public:
    LoginTags();

    // Throws base::Failure when there is no memory.
    [[nodiscard]] LoginTag of(std::initializer_list<std::string_view> parts) const;

private:
    std::array<std::uint8_t, 32> secret_;
};

} // namespace session
