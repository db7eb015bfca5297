// SPDX-License-Identifier: Apache-2.0
// seal/secret_file.cc - see the header.
#include "seal/secret_file.h"

#include "base/failure.h"
#include "base/fd.h"

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

std::string read_rest(const base::Fd& fd, const std::string& file)
{
    std::string out(size_limit + 1, '\0');
    std::size_t length = 0;
    while (length < out.size()) {
        const ssize_t got = ::read(fd.get(), out.data() + length, out.size() - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            base::fail_errno("read", file, Remedy::fix_config);
        if (got == 0)
            break;
        length += static_cast<std::size_t>(got);
    }
    if (length > size_limit)
        throw base::Failure(Remedy::fix_config, file + ": too large for a key");
    out.resize(length);
    return out;
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
    return read_rest(fd, file);
}

void write_all(const base::Fd& fd, std::string_view content, const std::string& file)
{
    while (!content.empty()) {
        const ssize_t written = ::write(fd.get(), content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            base::fail_errno("write", file);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(fd.get()) != 0)
        base::fail_errno("write", file);
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

void make_file(const std::string& file, std::string_view content, unsigned mode)
{
    const base::Fd fd(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!fd)
        base::fail_errno("create", file, Remedy::make_room);
    try {
        write_all(fd, content, file);
        if (::fchmod(fd.get(), mode) != 0)
            base::fail_errno("change mode of", file);
    } catch (...) {
        ::unlink(file.c_str());
        throw;
    }
}

std::string credential_path(const std::string& file)
{
    const std::string directory = credentials_directory();
    return directory.empty() || file.starts_with('/') ? file : directory + '/' + file;
}

} // namespace seal
