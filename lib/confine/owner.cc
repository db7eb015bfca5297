// SPDX-License-Identifier: Apache-2.0
#include "confine/owner.h"

#include "base/failure.h"

#include <cerrno>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace confine {

void become_owner(const std::string& directory)
{
    struct stat owner{};
    if (::stat(directory.c_str(), &owner) != 0)
        base::fail_errno("open", directory,
                         errno == EACCES ? base::Remedy::get_permission
                                         : base::Remedy::fix_config);
    if (::geteuid() != 0 || owner.st_uid == 0)
        return;
    if (::setgroups(1, &owner.st_gid) != 0 ||
        ::setresgid(owner.st_gid, owner.st_gid, owner.st_gid) != 0 ||
        ::setresuid(owner.st_uid, owner.st_uid, owner.st_uid) != 0)
        base::fail_errno("become the owner of", directory, base::Remedy::get_permission);
}

} // namespace confine
