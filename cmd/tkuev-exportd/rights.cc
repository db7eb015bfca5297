// SPDX-License-Identifier: Apache-2.0
#include "rights.h"

#include "audit/person.h"
#include "base/failure.h"
#include "confine/confine.h"
#include "daemon/rights.h"
#include "li/layout.h"

#include <sys/stat.h>

namespace exportd {

void confine_to_work(const conf::Settings& settings, bool sandbox)
{
    li::refuse_left_behind(settings.tkuev.state);
    struct stat status{};
    if (::stat(settings.tkuev.state.c_str(), &status) != 0)
        base::fail_errno("open", settings.tkuev.state, base::Remedy::fix_config);
    confine::Rights rights;
    rights.write = {settings.tkuev.state, settings.tkuev.spool,
                    // A reader of the database needs its shared memory, too.
                    daemons::directory_of(settings.general.database)};
    rights.read = {daemons::directory_of(settings.file), SPONTS_PREFIX "/share/sponts"};
    rights.user = audit::user_name(status.st_uid);
    rights.sandbox = sandbox && confine::sandbox_wanted();
    confine::to(rights);
}

} // namespace exportd
