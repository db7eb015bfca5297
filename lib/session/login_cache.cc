// SPDX-License-Identifier: Apache-2.0
// session/login_cache.cc - see the header.

#include "session/login_cache.h"

#include "base/failure.h"
#include "base/random.h"

#include <argon2.h>

namespace session {

namespace {

constexpr std::uint32_t kDigestBytes = 32;
constexpr std::uint32_t kLeastMemoryKiB = 8; // argon2's minimum for one lane

void add_part(std::string& input, std::string_view part)
{
    input += std::to_string(part.size()); // lengths in front: no two triples look alike
    input += ':';
    input += part;
}

} // namespace

LoginCache::LoginCache(base::seconds keep, std::size_t most) : keep_(keep), most_(most)
{
    base::fill_random(secret_);
}

std::string LoginCache::digest(std::string_view user, std::string_view password,
                               std::string_view verifier) const
{
    std::string input;
    add_part(input, user);
    add_part(input, password);
    add_part(input, verifier);

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

bool LoginCache::knows(std::string_view user, std::string_view password,
                       std::string_view verifier, base::SteadyTime now) const
{
    if (until_.empty())
        return false;
    const auto found = until_.find(digest(user, password, verifier));
    return found != until_.end() && now < found->second;
}

void LoginCache::remember(std::string_view user, std::string_view password,
                          std::string_view verifier, base::SteadyTime now)
{
    if (until_.size() >= most_)
        until_.clear();
    until_[digest(user, password, verifier)] = now + keep_;
}

} // namespace session
