// SPDX-License-Identifier: Apache-2.0
#include "session/verify_password.h"

#include "base/failure.h"
#include "base/wipe.h"
#include "net/event.h"
#include "sasl/password.h"

#include <memory>

namespace session {

net::Task<bool> verify_password(net::Loop& loop, WorkerPool& workers, std::string verifier,
                                std::string password)
{
    const auto secret = std::make_shared<const base::Secret>(password);
    base::wipe(password);
    net::Promise<bool> verified(loop);
    const auto set = verified.setter();
    const bool queued = workers.submit(
        [set, verifier, secret] { set(sasl::argon2id_verify(verifier, secret->text())); });
    if (!queued)
        throw base::Failure(base::Remedy::try_later, "too many logins at once");
    const bool right = co_await verified.get();
    co_return right;
}

} // namespace session
