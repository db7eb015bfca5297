// SPDX-License-Identifier: Apache-2.0
// seal/secret_file.cc - see the header.
#include "seal/secret_file.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace seal {

namespace {

using base::Remedy;

constexpr std::size_t size_limit = 64u << 10; // the largest keys are a few kB
constexpr mode_t others = S_IRWXG | S_IRWXO;

std::string credentials_directory()
{
    const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
    return directory == nullptr ? "" : directory;
}

bool is_credential(const std::string& file)
{
    const std::string directory = credentials_directory();
    return !directory.empty() && std::filesystem::path(file).parent_path() == directory;
}

// The mode is that of what is read, not of what had the name before.
std::string read_file(const std::string& file, bool secret)
{
    const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0)
        base::fail_errno("read", file, Remedy::fix_config);
    if (!S_ISREG(status.st_mode))
        throw base::Failure(Remedy::fix_config, file + ": not a regular file");
    if (secret && (status.st_mode & others) != 0 && !is_credential(file))
        throw base::Failure(Remedy::fix_config,
                            file + ": others than its owner may use it (chmod 600)");
    std::string out = base::read_all(fd.get(), file, Remedy::fix_config, size_limit);
    if (out.size() > size_limit)
        throw base::Failure(Remedy::fix_config, file + ": too large for a key");
    return out;
}

} // namespace

std::string read_secret_file(const std::string& file)
{
    return read_file(file, true);
}

std::string read_public_file(const std::string& file)
{
    return read_file(file, false);
}

std::string credential_path(const std::string& file)
{
    const std::string directory = credentials_directory();
    return directory.empty() || file.starts_with('/') ? file : directory + '/' + file;
}

} // namespace seal
