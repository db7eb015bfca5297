// SPDX-License-Identifier: Apache-2.0
// sponts/init_files.h - makes the files of an installation; what is there stays as it is.
#pragma once

#include "net/tls.h"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace sponts {

// Whom new files belong to: the user `sponts` when root makes them, else whoever we are.
struct Owner {
    uid_t user = static_cast<uid_t>(-1); // -1: leave it, as chown(2) has it
    gid_t group = static_cast<gid_t>(-1);
};
[[nodiscard]] Owner owner_of_new_files();

// Each returns whether it made something.  Throws Failure when it cannot.
bool make_directory(const std::string& path, mode_t mode, Owner owner);
bool write_new_file(const std::string& path, mode_t mode, std::string_view text,
                    Owner owner);
// A self-signed ECDSA P-256 certificate by openssl(1), for this name and for loopback.
bool make_certificate(const net::Certificate& files, const std::string& hostname,
                      Owner owner);

// The database and the files SQLite and its writers keep beside it.
void give_database(const std::string& path, Owner owner);

[[nodiscard]] bool exists(const std::string& path);
[[nodiscard]] std::string parent_of(const std::string& path);
[[nodiscard]] std::string absolute(const std::string& path);

} // namespace sponts
