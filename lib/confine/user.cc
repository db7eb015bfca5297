// SPDX-License-Identifier: Apache-2.0
// confine/user.cc - from root to the user of the mail system, for good.
#include "base/failure.h"
#include "confine/parts.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace confine {

void become(const std::string& user)
{
    if (user.empty() || ::geteuid() != 0)
        return;
    const passwd* const entry = ::getpwnam(user.c_str());
    if (!entry)
        throw base::Failure(base::Remedy::fix_config, "user " + user + ": no such user");
    const uid_t uid = entry->pw_uid;
    const gid_t gid = entry->pw_gid;
    if (::initgroups(user.c_str(), gid) != 0 || ::setresgid(gid, gid, gid) != 0 ||
        ::setresuid(uid, uid, uid) != 0)
        base::fail_errno("become user", user, base::Remedy::get_permission);
    if (uid != 0 && ::setuid(0) == 0)
        throw base::Failure(base::Remedy::report_bug,
                            "become user " + user + ": still root");
}

} // namespace confine
