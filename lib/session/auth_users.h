// SPDX-License-Identifier: Apache-2.0
// session/auth_users.h - logins against the users table: argon2id and SCRAM verifiers.
//
// argon2id takes tens of milliseconds: it runs on worker threads, never on the event loop,
// and a user who was right a moment ago is not hashed again (session/login_cache.h).  An
// unknown user costs the same work as a known one, so that time tells nothing.
#pragma once

#include "db/directory.h"
#include "net/loop.h"
#include "session/authenticator.h"
#include "session/login_cache.h"
#include "session/worker_pool.h"

namespace session {

class UsersAuthenticator : public Authenticator {
public:
    // All must outlive this object.
    UsersAuthenticator(net::Loop& loop, db::Directory& directory, WorkerPool& workers);

    [[nodiscard]] std::string source() const override { return "users"; }
    [[nodiscard]] std::vector<std::string> mechanisms() const override;
    [[nodiscard]] net::Task<Login> check_password(std::string user, std::string password,
                                                  LoginOrigin origin) override;
    [[nodiscard]] std::string scram_verifier(std::string_view user) override;

private:
    net::Loop& loop_;
    db::Directory& directory_;
    WorkerPool& workers_;
    LoginCache cache_;
};

} // namespace session
