// SPDX-License-Identifier: Apache-2.0
#include "init_files.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"

#include <fcntl.h>
#include <filesystem>
#include <pwd.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace sponts {

namespace {

constexpr mode_t key_mode = 0640;
constexpr mode_t chain_mode = 0644;
constexpr const char* validity_days = "3650";

void give_away(const std::string& path, Owner owner)
{
    if (::lchown(path.c_str(), owner.user, owner.group) != 0)
        base::fail_errno("chown", path, base::Remedy::get_permission);
}

// The status of a program that is silent, as for waitpid(2).
int run_quietly(const std::vector<std::string>& words)
{
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (const std::string& word : words)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        ::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, words[0].c_str(), &actions, nullptr,
                                     arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        base::fail_errno("start", words[0], base::Remedy::start_service, error);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

} // namespace

Owner owner_of_new_files()
{
    if (::geteuid() != 0)
        return {};
    const passwd* sponts = ::getpwnam("sponts");
    return sponts == nullptr ? Owner{} : Owner{sponts->pw_uid, sponts->pw_gid};
}

bool exists(const std::string& path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

std::string parent_of(const std::string& path)
{
    return std::filesystem::path(path).parent_path().string();
}

std::string absolute(const std::string& path)
{
    return std::filesystem::absolute(path).lexically_normal().string();
}

bool make_directory(const std::string& path, mode_t mode, Owner owner)
{
    if (path.empty() || exists(path))
        return false;
    make_directory(parent_of(path), 0755, {});
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
        base::fail_errno("mkdir", path, base::Remedy::make_room);
    if (::chmod(path.c_str(), mode) != 0) // the umask took its part
        base::fail_errno("chmod", path, base::Remedy::make_room);
    give_away(path, owner);
    return true;
}

void give_database(const std::string& path, Owner owner)
{
    for (const char* beside : {"", "-wal", "-shm", ".lock"})
        if (exists(path + beside))
            give_away(path + beside, owner);
}

// O_EXCL: two who do this at once cannot overwrite each other's work.
bool write_new_file(const std::string& path, mode_t mode, std::string_view text,
                    Owner owner)
{
    const base::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!fd && errno == EEXIST)
        return false;
    if (!fd || ::fchmod(fd.get(), mode) != 0)
        base::fail_errno("create", path, base::Remedy::make_room);
    base::write_all(fd.get(), text, path);
    if (::fchown(fd.get(), owner.user, owner.group) != 0)
        base::fail_errno("chown", path, base::Remedy::get_permission);
    return true;
}

bool make_certificate(const net::Certificate& files, const std::string& hostname,
                      Owner owner)
{
    if (exists(files.chain_file) || exists(files.key_file))
        return false;
    make_directory(parent_of(files.key_file), 0750, owner);
    make_directory(parent_of(files.chain_file), 0750, owner);
    // openssl makes the key 0600 by itself; nobody can read it before the chmod below.
    const int status = run_quietly(
        {"openssl", "req", "-x509", "-batch", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", validity_days, "-subj",
         "/CN=" + hostname, "-addext",
         "subjectAltName=DNS:" + hostname + ",DNS:localhost,IP:127.0.0.1,IP:::1", "-keyout",
         files.key_file, "-out", files.chain_file});
    if (status != 0)
        throw base::Failure(base::Remedy::start_service,
                            "openssl req: no certificate for " + hostname + " in " +
                                files.chain_file);
    for (const auto& [path, mode] :
         {std::pair{files.chain_file, chain_mode}, std::pair{files.key_file, key_mode}}) {
        if (::chmod(path.c_str(), mode) != 0)
            base::fail_errno("chmod", path, base::Remedy::make_room);
        give_away(path, owner);
    }
    return true;
}

} // namespace sponts
