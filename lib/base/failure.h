// SPDX-License-Identifier: Apache-2.0
// base/failure.h - the environment failed us: disk full, file missing, database busy.
//
// Three kinds of trouble have three mechanisms here.  An expected answer (bad command, no
// such row) is a value.  Our own bug is an assert.  What is left is a Failure: thrown where
// errno is fresh, caught in main or at one named boundary.  Its text reads
// "action object: reason" on one line; its remedy says what the caller can do about it and
// is the exit status, from sysexits(3).
#pragma once

#include "base/compiler.h"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>

namespace base {

enum class Remedy : int {
    fix_arguments = 64,  // EX_USAGE
    fix_data = 65,       // EX_DATAERR
    supply_input = 66,   // EX_NOINPUT
    start_service = 69,  // EX_UNAVAILABLE
    report_bug = 70,     // EX_SOFTWARE
    repair_system = 71,  // EX_OSERR
    make_room = 73,      // EX_CANTCREAT
    check_disk = 74,     // EX_IOERR
    try_later = 75,      // EX_TEMPFAIL
    get_permission = 77, // EX_NOPERM
    fix_config = 78,     // EX_CONFIG
};

class Failure : public std::runtime_error {
public:
    Failure(Remedy remedy, const std::string& text, int error = 0)
        : std::runtime_error(text), remedy_(remedy), error_(error)
    {
    }

    [[nodiscard]] Remedy remedy() const { return remedy_; }
    [[nodiscard]] int exit_status() const { return static_cast<int>(remedy_); }
    // The errno behind it, 0 if there was none.  ENOSPC and EDQUOT mean "disk full".
    [[nodiscard]] int error() const { return error_; }
    [[nodiscard]] bool disk_full() const { return error_ == ENOSPC || error_ == EDQUOT; }

private:
    Remedy remedy_;
    int error_;
};

// Throws "action object: strerror(error)".  Missing rights are never the disk's fault.
[[noreturn]] void fail_errno(std::string_view action, std::string_view object,
                             Remedy remedy = Remedy::check_disk, int error = errno);

} // namespace base
