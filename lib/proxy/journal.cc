// SPDX-License-Identifier: Apache-2.0
// proxy/journal.cc - see the header.
#include "proxy/journal.h"

#include "base/log.h"

#include <string>

namespace proxy {

void LogJournal::login_accepted(const Login& login)
{
    if (!base::logs(base::Level::info, "login-accepted"))
        return;
    base::log(base::Level::info, "login-accepted", login.id,
              {{"client", login.client.ip()},
               {"user", login.user},
               {"mechanism", login.mechanism},
               {"listener", login.listener},
               {"tls", login.tls},
               {"backend", login.backend},
               {"by", login.by}});
}

// Refused is what a wrong password is, and a name nobody knows; everything else is ours or
// the backend's to mend.
void LogJournal::login_failed(const Login& login, const Trouble& trouble)
{
    const bool refused =
        trouble.kind == TroubleKind::refused || trouble.kind == TroubleKind::in_use ||
        trouble.kind == TroubleKind::no_route || trouble.kind == TroubleKind::cancelled;
    if (refused) {
        base::log(base::Level::notice, "login-refused", login.id,
                  {{"client", login.client.ip()},
                   {"user", login.user},
                   {"mechanism", login.mechanism},
                   {"listener", login.listener},
                   {"tls", login.tls},
                   {"backend", login.backend},
                   {"kind", name_of(trouble.kind)},
                   {"by", login.by},
                   {"reason", trouble.why}});
        return;
    }
    base::log(base::Level::error, "login-unavailable", login.id,
              {{"client", login.client.ip()},
               {"user", login.user},
               {"mechanism", login.mechanism},
               {"listener", login.listener},
               {"tls", login.tls},
               {"backend", login.backend},
               {"kind", name_of(trouble.kind)},
               {"by", login.by},
               {"error", trouble.why}});
}

void LogJournal::session_ended(const Login& login, const Totals& totals,
                               std::string_view reason)
{
    if (!base::logs(base::Level::info, "session-ended"))
        return;
    base::log(base::Level::info, "session-ended", login.id,
              {{"client", login.client.ip()},
               {"listener", login.listener},
               {"user", login.user},
               {"fetched", totals.fetched},
               {"parts", totals.parts},
               {"uploaded", totals.uploaded},
               {"deleted", totals.deleted},
               {"up", totals.from_client},
               {"down", totals.from_backend},
               {"ms", totals.lasted.count()},
               {"reason", reason}});
}

} // namespace proxy
