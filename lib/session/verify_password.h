// SPDX-License-Identifier: Apache-2.0
// session/verify_password.h - an argon2id verifier is tried on a worker thread, for the
// dialogues that wait for it.
#pragma once

#include "net/loop.h"
#include "net/task.h"
#include "session/worker_pool.h"

#include <string>
#include <string_view>

namespace session {

// Tried for users who are not known, so that they cost the same work: nobody knows a
// password that fits.
inline constexpr std::string_view nobodys_verifier =
    "$argon2id$v=19$m=19456,t=2,p=1$c3BvbnRzLW5vYm9keQ$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

// The password is wiped, whether it was tried or not.  Throws base::Failure (try_later)
// when too many wait already.
[[nodiscard]] net::Task<bool> verify_password(net::Loop& loop, WorkerPool& workers,
                                              std::string verifier, std::string password);

} // namespace session
