// SPDX-License-Identifier: Apache-2.0
#include "audit/client.h"
#include "base/failure.h"
#include "subcommands.h"

namespace tkuev_export {

void note(const conf::Settings& settings, audit::Entry entry)
{
    const audit::Client log(settings.tkuev.audit_socket);
    const auto noted = log.note(entry);
    if (noted)
        return;
    const bool no_role = noted.error().reason == audit::Denial::Reason::no_role;
    throw base::Failure(no_role ? base::Remedy::get_permission
                                : base::Remedy::start_service,
                        noted.error().text);
}

} // namespace tkuev_export
