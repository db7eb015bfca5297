// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl init: the directory of the interception user, its keys, and the database.  What
// is there stays as it is; an older database is brought to this version.
//
// Noted like any act.  The first time the audit log need not answer: then there is nothing
// yet that could be used, and tkuev-auditd(8) may be started by the same `sponts run` that
// comes after us.
#include "base/failure.h"
#include "base/hidden.h"
#include "db/measures.h"
#include "li/layout.h"
#include "office.h"
#include "seal/keys.h"
#include "seal/vault.h"

#include <cstdlib>
#include <filesystem>
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

// Of whom root makes things for; null: nobody, or we are not root.
const passwd* owner_of_new_files()
{
    return ::geteuid() == 0 ? ::getpwnam(interception_user) : nullptr;
}

void make_hiding_directory(const std::string& state)
{
    const passwd* const user = owner_of_new_files();
    if (base::make_hiding_directory(state, user != nullptr ? user->pw_gid : ::getegid()))
        made(std::filesystem::path(state).parent_path());
}

void make_directory(const std::string& path)
{
    if (::mkdir(path.c_str(), private_mode) == 0)
        made(path);
    else if (errno != EEXIST)
        base::fail_errno("mkdir", path, base::Remedy::make_room);
}

// While it lives, root makes files as the user whose they are; without that user, as root.
// Whom the audit log sees is root before and after.
class AsOwner {
public:
    explicit AsOwner(const std::string& directory)
    {
        const passwd* user = owner_of_new_files();
        if (user == nullptr)
            return;
        if (::chown(directory.c_str(), user->pw_uid, user->pw_gid) != 0)
            base::fail_errno("chown", directory, base::Remedy::get_permission);
        became_ = true;
        if (::setegid(user->pw_gid) != 0 || ::seteuid(user->pw_uid) != 0)
            base::fail_errno("become", interception_user, base::Remedy::get_permission);
    }
    AsOwner(const AsOwner&) = delete;
    AsOwner& operator=(const AsOwner&) = delete;
    ~AsOwner()
    {
        if (became_ && (::seteuid(0) != 0 || ::setegid(::getgid()) != 0))
            std::abort(); // what follows would be somebody else's act
    }

private:
    bool became_ = false;
};

void refuse_open_directory(const std::string& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 07) != 0)
        throw base::Failure(base::Remedy::fix_config,
                            path + ": everybody may look into it: chmod o=");
}

// What is inside is safe; that something is done is not hidden.
void warn_of_visible_directory(const std::string& path)
{
    try {
        base::require_hidden(path);
    } catch (const base::Failure& failure) {
        std::cerr << "tkuev-ctl: warning: " << failure.what() << '\n';
    }
}

// A new key would open nothing of what is there, and everything would look well until
// somebody needs it.
void make_vault_key(const std::string& state)
{
    const std::string key = li::vault_key_file(state);
    if (!key.starts_with('/') || exists(key)) // a credential, or there
        return;
    const std::string database = li::measures_file(state);
    if (db::has_boxes(database))
        throw base::Failure(base::Remedy::fix_data,
                            key + ": is missing, and nothing else opens what is in " +
                                database + ": put it back");
    seal::Vault::make_key(key);
    made(key);
}

void make_key_pair(const std::string& state, const std::string& hostname)
{
    const std::string key = li::private_key_file(state);
    const std::string certificate = li::certificate_file(state);
    if (exists(key) != exists(certificate)) {
        const bool no_key = exists(certificate);
        throw base::Failure(base::Remedy::fix_config,
                            (no_key ? key : certificate) + ": is missing, and " +
                                (no_key ? certificate : key) +
                                " is there: put it back, or move the other one away");
    }
    if (exists(key))
        return;
    seal::make_key_pair(key, certificate, "sponts interception " + hostname, key_days);
    made(key);
}

// Each box is opened once.
void refuse_other_key(const std::string& state)
{
    const seal::Vault vault(li::vault_key_file(state));
    db::Measures measures(li::measures_file(state), vault);
    (void)measures.all();
    (void)measures.authorities();
    (void)measures.test_accounts();
}

void make_all(const conf::Settings& settings)
{
    const std::string& state = settings.tkuev.state;
    li::refuse_left_behind(state);
    make_hiding_directory(state);
    make_directory(state);
    refuse_open_directory(state);
    const AsOwner owner(state);
    ::umask(077);
    make_vault_key(state);
    make_key_pair(state, settings.general.hostname);
    const std::string database = li::measures_file(state);
    if (db::migrate_measures(database))
        made(database);
    refuse_other_key(state);
    warn_of_visible_directory(state);
}

// Nothing is there that could be used, so nothing was ever armed.
bool is_first(const std::string& state)
{
    return !exists(li::measures_file(state)) && !exists(li::private_key_file(state)) &&
           !exists(li::vault_key_file(state));
}

} // namespace

int init(const Call& call)
{
    Office office(call);
    const std::string& state = office.settings().state;
    const auto effect = [&](const std::string&) -> li::Done {
        make_all(office.all_settings());
        return {};
    };
    return office.perform(entry_of("state-init", "directory=" + state), effect,
                          is_first(state) ? WithoutLog::goes_on : WithoutLog::refused);
}

} // namespace tkuev
