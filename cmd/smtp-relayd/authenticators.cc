// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/authenticators.cc - who checks the logins of which listener.

#include "base/failure.h"
#include "relay_service.h"
#include "session/auth_dovecot.h"
#include "session/auth_users.h"

namespace relayd {

std::shared_ptr<session::Authenticator>
RelayService::make_authenticator(const conf::Listener& listener)
{
    switch (listener.auth) {
    case conf::AuthSource::none:
        break;
    case conf::AuthSource::users:
        return std::make_shared<session::UsersAuthenticator>(loop_, *directory_, workers());
    case conf::AuthSource::dovecot:
        return std::make_shared<session::DovecotAuthenticator>(loop_, listener.auth_socket);
    case conf::AuthSource::backend:
        throw base::Failure(base::Remedy::fix_config,
                            "listener " + listener.name +
                                ": auth = backend cannot be used");
    }
    return nullptr;
}

} // namespace relayd
