// SPDX-License-Identifier: Apache-2.0
// db/failing_vfs_test.h - a disk that fails at a given call.
//
// While it lives, every file SQLite opens in this process goes through it.  Calls that
// could fail with the error in question are counted; the one with the given number does,
// and, if the disk is broken for good, all after it.
#pragma once

#include <sqlite3.h>

namespace db::testing {

enum class Broken { once, for_good };

class FailingVfs {
public:
    // SQLITE_IOERR (any call), SQLITE_FULL (writes) or SQLITE_BUSY (locks), at call `when`,
    // counted from 1; 0: never.
    FailingVfs(int error, int when, Broken broken);
    FailingVfs(const FailingVfs&) = delete;
    FailingVfs& operator=(const FailingVfs&) = delete;
    // Everything opened through it must be closed by now.
    ~FailingVfs();

    // False: there were fewer calls than that.
    [[nodiscard]] bool failed() const;
    // How often something was written to the disk.
    [[nodiscard]] int syncs() const;

private:
    sqlite3_vfs vfs_;
};

} // namespace db::testing
