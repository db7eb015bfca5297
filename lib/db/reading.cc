// SPDX-License-Identifier: Apache-2.0
#include "db/reading.h"

#include "db/directory.h"

namespace db {

namespace {

// SQLite says "unable to open database file" to nearly everything; stat(2) knows why.
struct stat look_at(const std::string& path)
{
    struct stat file{};
    if (::stat(path.c_str(), &file) != 0)
        base::fail_errno("open", path, base::Remedy::supply_input);
    return file;
}

} // namespace

Reading::Reading(const std::string& path, Require require)
    : file_(look_at(path)), database_(path, Access::read, read_patience), require_(require)
{
    require_(database_);
    (void)unchanged();
}

bool Reading::in_place() const
{
    const struct stat now = look_at(database_.path());
    return now.st_dev == file_.st_dev && now.st_ino == file_.st_ino;
}

bool Reading::unchanged()
{
    Statement look = database_.lend("PRAGMA data_version");
    const std::int64_t version = look.step() ? look.number(0) : 0;
    look.reset();
    if (version == seen_version_)
        return true;
    seen_version_ = version;
    require_(database_); // it may have been migrated under us
    return false;
}

} // namespace db
