// SPDX-License-Identifier: Apache-2.0
#include "db/failing_vfs_test.h"

#include <cassert>

namespace db::testing {

namespace {

enum class Call { any, write, lock };

struct Plan {
    int error = SQLITE_OK;
    int when = 0;
    Broken broken = Broken::once;
    int calls = 0;
    bool failed = false;
    int syncs = 0;
};

Plan plan;
sqlite3_vfs* real_vfs = nullptr;

bool concerns(Call call)
{
    switch (plan.error) {
    case SQLITE_FULL:
        return call == Call::write;
    case SQLITE_BUSY:
        return call == Call::lock;
    default:
        return true;
    }
}

// SQLITE_OK: let it through.
int verdict(Call call)
{
    if (!concerns(call))
        return SQLITE_OK;
    ++plan.calls;
    const bool now = plan.calls == plan.when ||
                     (plan.broken == Broken::for_good && plan.calls > plan.when);
    plan.failed = plan.failed || now;
    return now ? plan.error : SQLITE_OK;
}

struct File {
    sqlite3_file base;
    // The file of the real VFS follows.
};

sqlite3_file* real(sqlite3_file* file)
{
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
}

// pMethods is null in a file that was not opened.
template <auto Method, class... Args>
int pass(sqlite3_file* file, Args... args)
{
    return (real(file)->pMethods->*Method)(real(file), args...);
}

template <Call Kind, auto Method, class... Args>
int pass_or_fail(sqlite3_file* file, Args... args)
{
    const int error = verdict(Kind);
    return error != SQLITE_OK ? error : pass<Method>(file, args...);
}

int close_file(sqlite3_file* file)
{
    return real(file)->pMethods != nullptr ? pass<&sqlite3_io_methods::xClose>(file)
                                           : SQLITE_OK;
}

int sync_file(sqlite3_file* file, int flags)
{
    ++plan.syncs;
    return pass_or_fail<Call::any, &sqlite3_io_methods::xSync>(file, flags);
}

int shm_lock(sqlite3_file* file, int offset, int count, int flags)
{
    // Giving a lock back cannot fail.
    const int error = (flags & SQLITE_SHM_UNLOCK) != 0 ? SQLITE_OK : verdict(Call::lock);
    return error != SQLITE_OK
               ? error
               : pass<&sqlite3_io_methods::xShmLock>(file, offset, count, flags);
}

void shm_barrier(sqlite3_file* file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

using Io = sqlite3_io_methods;

const sqlite3_io_methods methods = {
    2, // no memory mapping: every access is a call
    close_file,
    pass_or_fail<Call::any, &Io::xRead, void*, int, sqlite3_int64>,
    pass_or_fail<Call::write, &Io::xWrite, const void*, int, sqlite3_int64>,
    pass_or_fail<Call::any, &Io::xTruncate, sqlite3_int64>,
    sync_file,
    pass_or_fail<Call::any, &Io::xFileSize, sqlite3_int64*>,
    pass_or_fail<Call::lock, &Io::xLock, int>,
    pass<&Io::xUnlock, int>,
    pass<&Io::xCheckReservedLock, int*>,
    pass<&Io::xFileControl, int, void*>,
    pass<&Io::xSectorSize>,
    pass<&Io::xDeviceCharacteristics>,
    pass_or_fail<Call::any, &Io::xShmMap, int, int, int, void volatile**>,
    shm_lock,
    shm_barrier,
    pass<&Io::xShmUnmap, int>,
    nullptr,
    nullptr,
};

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags,
              int* out)
{
    real(file)->pMethods = nullptr;
    file->pMethods = nullptr;
    if (verdict(Call::any) != SQLITE_OK)
        return SQLITE_CANTOPEN;
    const int result = real_vfs->xOpen(real_vfs, name, real(file), flags, out);
    file->pMethods = &methods;
    return result;
}

// Locks that are busy for good are asked for many times: nobody needs to wait for that.
int sleep_not_at_all(sqlite3_vfs* /*vfs*/, int microseconds)
{
    return microseconds;
}

} // namespace

FailingVfs::FailingVfs(int error, int when, Broken broken)
{
    assert(real_vfs == nullptr);
    real_vfs = sqlite3_vfs_find(nullptr);
    plan = {.error = error,
            .when = when,
            .broken = broken,
            .calls = 0,
            .failed = false,
            .syncs = 0};
    vfs_ = *real_vfs;
    vfs_.zName = "failing";
    vfs_.pNext = nullptr;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
    vfs_.xOpen = open_file;
    vfs_.xSleep = sleep_not_at_all;
    sqlite3_vfs_register(&vfs_, 1);
}

FailingVfs::~FailingVfs()
{
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_vfs, 1);
    real_vfs = nullptr;
}

bool FailingVfs::failed() const
{
    return plan.failed;
}

int FailingVfs::syncs() const
{
    return plan.syncs;
}

} // namespace db::testing
