// SPDX-License-Identifier: Apache-2.0
// session/login_tag.cc - see the header.

#include "session/login_tag.h"

#include "base/failure.h"
#include "base/random.h"
#include "base/wipe.h"

#include <argon2.h>

namespace session {

namespace {

constexpr std::uint32_t kDigestBytes = 32;
constexpr std::uint32_t kLeastMemoryKiB = 8; // argon2's minimum for one lane

// Lengths in front: no two lists look alike.  Made at its full length, so that no copies
// are left behind.
std::string together(std::initializer_list<std::string_view> parts)
{
    std::size_t size = 0;
    for (const std::string_view part : parts)
        size += part.size() + 21;
    std::string input;
    input.reserve(size);
    for (const std::string_view part : parts) {
        input += std::to_string(part.size());
        input += ':';
        input += part;
    }
    return input;
}

} // namespace

LoginTags::LoginTags()
{
    base::fill_random(secret_);
}

LoginTag LoginTags::of(std::initializer_list<std::string_view> parts) const
{
    std::string input = together(parts);
    const base::Wiped wiped(input);

    std::string out(kDigestBytes, '\0');
    std::array<std::uint8_t, 32> secret = secret_;
    std::array<std::uint8_t, 8> salt{}; // the secret does what a salt would do
    argon2_context context{};
    context.out = reinterpret_cast<std::uint8_t*>(out.data());
    context.outlen = kDigestBytes;
    context.pwd = reinterpret_cast<std::uint8_t*>(input.data());
    context.pwdlen = static_cast<std::uint32_t>(input.size());
    context.salt = salt.data();
    context.saltlen = salt.size();
    context.secret = secret.data();
    context.secretlen = secret.size();
    context.t_cost = 1;
    context.m_cost = kLeastMemoryKiB;
    context.lanes = 1;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;
    context.flags = ARGON2_FLAG_CLEAR_PASSWORD;
    if (argon2id_ctx(&context) != ARGON2_OK)
        throw base::Failure(base::Remedy::repair_system, "argon2id: no memory");
    return out;
}

} // namespace session
