// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl init: the directory of the interception user, its keys, and the database.  What
// is there stays as it is; an older database is brought to this version.
//
// The only act that the audit log does not hear of: it happens before there is anything to
// use, and touches no measure.
#include "base/failure.h"
#include "command.h"
#include "db/measures.h"
#include "li/layout.h"
#include "seal/keys.h"
#include "seal/vault.h"

#include <grp.h>
#include <iostream>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tkuev {

namespace {

constexpr const char* interception_user = "sponts-li";
constexpr mode_t private_mode = 0700;
constexpr int key_days = 3650;

bool exists(const std::string& path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

void made(const std::string& what)
{
    std::cout << "made " << what << '\n';
}

void make_directory(const std::string& path)
{
    if (::mkdir(path.c_str(), private_mode) == 0)
        made(path);
    else if (errno != EEXIST)
        base::fail_errno("mkdir", path, base::Remedy::make_room);
}

// Root makes everything as the user whose it is; without that user, as root.
void become_owner(const std::string& directory)
{
    const passwd* user = ::geteuid() == 0 ? ::getpwnam(interception_user) : nullptr;
    if (user == nullptr)
        return;
    if (::chown(directory.c_str(), user->pw_uid, user->pw_gid) != 0)
        base::fail_errno("chown", directory, base::Remedy::get_permission);
    if (::initgroups(user->pw_name, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
        ::setuid(user->pw_uid) != 0)
        base::fail_errno("become", interception_user, base::Remedy::get_permission);
}

void refuse_open_directory(const std::string& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 07) != 0)
        throw base::Failure(base::Remedy::fix_config,
                            path + ": everybody may look into it: chmod o=");
}

void make_keys(const std::string& state, const std::string& hostname)
{
    const std::string vault_key = li::vault_key_file(state);
    if (vault_key.starts_with('/') && !exists(vault_key)) { // else it is a credential
        seal::Vault::make_key(vault_key);
        made(vault_key);
    }
    const std::string private_key = li::private_key_file(state);
    if (!exists(private_key)) {
        seal::make_key_pair(private_key, li::certificate_file(state),
                            "sponts interception " + hostname, key_days);
        made(private_key);
    }
}

} // namespace

int init(const Call& call)
{
    const conf::Settings settings = conf::read_settings(call.config);
    const conf::Tkuev& tkuev = settings.tkuev;
    make_directory(tkuev.state);
    refuse_open_directory(tkuev.state);
    become_owner(tkuev.state);
    ::umask(077);
    make_keys(tkuev.state, settings.general.hostname);
    const std::string database = li::measures_file(tkuev.state);
    if (db::migrate_measures(database))
        made(database);
    return exit_done;
}

} // namespace tkuev
