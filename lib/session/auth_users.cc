// SPDX-License-Identifier: Apache-2.0
// session/auth_users.cc - see the header.

#include "session/auth_users.h"

#include "base/failure.h"
#include "session/verify_password.h"

namespace session {

namespace {

constexpr base::seconds kRemembered{60};

} // namespace

std::string Authenticator::scram_verifier(std::string_view)
{
    return {};
}

UsersAuthenticator::UsersAuthenticator(net::Loop& loop, db::Directory& directory,
                                       WorkerPool& workers)
    : loop_(loop), directory_(directory), workers_(workers), cache_(kRemembered)
{
}

std::vector<std::string> UsersAuthenticator::mechanisms() const
{
    return {"SCRAM-SHA-256", "PLAIN", "LOGIN"};
}

std::string UsersAuthenticator::scram_verifier(std::string_view user)
{
    const std::optional<db::User> row = directory_.user(user);
    return row && row->enabled ? row->scram : std::string();
}

net::Task<Login> UsersAuthenticator::check_password(std::string user, std::string password,
                                                    LoginOrigin)
{
    Login login{.result = Login::Result::refused, .user = user, .why = "wrong password"};
    try {
        const std::optional<db::User> row = directory_.user(user);
        const bool usable = row && row->enabled && !row->password.empty();
        const std::string encoded = usable ? row->password : std::string(nobodys_verifier);
        if (usable && cache_.knows(user, password, encoded, base::Steady::now())) {
            login.result = Login::Result::accepted;
            co_return login;
        }
        const bool right = co_await verify_password(loop_, workers_, encoded, password);
        if (!usable) {
            login.why = "no such user";
        } else if (right) {
            cache_.remember(user, password, encoded, base::Steady::now());
            login.result = Login::Result::accepted;
        }
    } catch (const base::Failure& failure) {
        login.result = Login::Result::unavailable;
        login.why = failure.what();
    }
    co_return login;
}

} // namespace session
