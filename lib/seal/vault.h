// SPDX-License-Identifier: Apache-2.0
// seal/vault.h - secrets at rest: AES-256-GCM under a key from a file or a systemd
// credential.
//
// Each box names what it is for (`label`, authenticated, not secret): a box of one row put
// into another row does not open.
// Threads: any.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace seal {

class Vault {
public:
    // The key file holds 32 random bytes as 64 hexadecimal digits, readable by its owner
    // only; else Failure(fix_config).  A relative name is looked for in
    // $CREDENTIALS_DIRECTORY (systemd.exec(5)).
    explicit Vault(const std::string& key_file);
    ~Vault();
    Vault(const Vault&) = delete;
    Vault& operator=(const Vault&) = delete;

    // base64 of nonce, ciphertext and tag: text for a database column.
    [[nodiscard]] std::string lock(std::string_view secret, std::string_view label) const;
    // Or why not: damaged, another key, another label.
    [[nodiscard]] std::expected<std::string, std::string>
    unlock(std::string_view box, std::string_view label) const;

    // Makes such a file, mode 0600; it must not exist.
    static void make_key(const std::string& key_file);

private:
    std::string key_;
};

} // namespace seal
