// SPDX-License-Identifier: Apache-2.0
// li/layout.h - what lies where below the state directory of interception ([tkuev] state).
//
//     measures.db         db/measures.h
//     vault.key           of every box in it; or the credential "vault.key"
//     interception.key    opens what the servers have sealed
//     interception.pem    with which they seal it
#pragma once

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace li {

[[nodiscard]] inline std::string measures_file(const std::string& state)
{
    return state + "/measures.db";
}

// Throws Failure(fix_config) when measures are where they were by default before, in what
// is now above the directory: an empty one beside them would seem to have none.
void refuse_left_behind(const std::string& state);

// What seal::Vault takes: a credential of systemd.exec(5) goes before the file.
[[nodiscard]] inline std::string vault_key_file(const std::string& state)
{
    const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
    if (credentials != nullptr &&
        ::access((std::string(credentials) + "/vault.key").c_str(), F_OK) == 0)
        return "vault.key";
    return state + "/vault.key";
}

[[nodiscard]] inline std::string private_key_file(const std::string& state)
{
    return state + "/interception.key";
}

[[nodiscard]] inline std::string certificate_file(const std::string& state)
{
    return state + "/interception.pem";
}

} // namespace li
